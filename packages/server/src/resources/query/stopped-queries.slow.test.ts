import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { openTestEngine } from '../../testing/databases/open-test-engine.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { ADMIN_TOKEN, startTestServer, type TestServer } from '../../testing/http/test-server.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { eventually, nextEvent } from '../../testing/system/waiting.ts';

const ENDLESS = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c';
/** Longer than a test may take: a query that ends earlier was stopped for another reason. */
const NEVER_MS = 3_600_000;

let server: TestServer;

before(async () => {
  server = await borrowTestServer();
});
after(() => server[Symbol.asyncDispose]());

async function query(project: string, sql: string, on = server) {
  const { body } = await on.call('POST', `/projects/${project}/query`, { json: { sql } });
  return body;
}

/** Sends an endless query on a new connection, which the client can close. */
function send({ url }: TestServer, project: string): { answer: Promise<IncomingMessage>; leave: () => void } {
  const { promise: answer, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = request(`${url}/projects/${project}/query`, {
    method: 'POST',
    agent: false,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
  });
  sent.on('response', resolve).on('error', reject);
  sent.end(JSON.stringify({ sql: ENDLESS }));
  return { answer, leave: () => sent.destroy(new Error('left')) };
}

test('queries are stopped, running or waiting, when their client disconnects', async () => {
  await using patient = await startTestServer({ queryTimeoutMs: NEVER_MS });
  await patient.createProject('crm');
  const sent = Array.from({ length: 5 }, () => send(patient, 'crm'));
  // Queued behind those queries, so it is answered only after they have ended.
  const next = patient.call('POST', '/projects/crm/query', { json: { sql: 'SELECT 7 AS n' } });
  // This request was sent later, so its answer means that those have arrived.
  await patient.createProject('other');
  for (const { leave } of sent) leave();
  for (const { answer } of sent) await assert.rejects(answer, /left/);
  assert.deepEqual((await next).body.data.rows, [{ n: 7 }]);
});

test('deleting a project waits until its endless queries are stopped, and waiting ones are not_found', async () => {
  await using impatient = await startTestServer({ queryTimeoutMs: 500 });
  await impatient.createProject('doomed');
  const running = Array.from({ length: 3 }, () => query('doomed', ENDLESS, impatient));
  const { status } = await impatient.call('DELETE', '/projects/doomed', {
    json: { confirm_project_slug: 'doomed' },
  });
  assert.equal(status, 200);
  for (const { error } of await Promise.all(running)) {
    assert.ok(['query_timeout', 'not_found'].includes(error?.code ?? ''), error?.code);
  }
});

test('a query that waits while its project is deleted never runs on the next project with that slug', async () => {
  await using patient = await startTestServer({ queryTimeoutMs: NEVER_MS });
  // As many as may run at once over all projects.
  const projects = ['a', 'a', 'b', 'b', 'c', 'd', 'e', 'f'];
  for (const project of new Set(projects)) await patient.createProject(project);
  const busy = projects.map((project) => send(patient, project));
  const token = await patient.createProject('shop');
  const sql = 'SELECT count(*) AS tables FROM sqlite_master';
  const requested = { owner: { token }, admin: {} };
  const [ofOwner, ofAdmin] = Object.values(requested).map((options) => {
    return patient.call('POST', '/projects/shop/query', { ...options, json: { sql } });
  });
  // This request was sent later, so its answer means that both are waiting.
  await patient.createProject('other');
  const confirmed = { json: { confirm_project_slug: 'shop' } };
  assert.equal((await patient.call('DELETE', '/projects/shop', confirmed)).status, 200);
  await patient.createProject('shop');
  for (const { leave } of busy) leave();
  assert.equal((await ofOwner)?.body.error?.code, 'invalid_token');
  assert.equal((await ofAdmin)?.body.error?.code, 'not_found');
  await Promise.allSettled(busy.map(({ answer }) => answer));
});

test('a query sees the new database after a replacement, and never the old one', async () => {
  await server.createProject('moving');
  for (const value of [1, 2, 3]) {
    const file = databaseFile(`CREATE TABLE t(v); INSERT INTO t VALUES (${value});`);
    assert.equal((await importDatabase(server, 'moving', file, { query: '?replace=true' })).status, 201);
    const answers = await Promise.all(Array.from({ length: 5 }, () => query('moving', 'SELECT v FROM t')));
    for (const { data } of answers) assert.deepEqual(data?.rows, [{ v: value }]);
  }
});

test('if too many queries of a project wait, the next is refused at once, and other projects are not affected', async () => {
  await server.createProject('crowded');
  await server.createProject('calm');
  const sent = Array.from({ length: 20 }, () => send(server, 'crowded'));
  const refused = await Promise.race(sent.map(({ answer }) => answer));
  assert.equal(refused.statusCode, 429);
  assert.ok(Number(refused.headers['retry-after']) > 0);
  assert.deepEqual((await query('calm', 'SELECT 1 AS n')).data?.rows, [{ n: 1 }]);
  for (const { leave } of sent) leave();
  await Promise.allSettled(sent.map(({ answer }) => answer));
  // The service learns a moment later that the clients have left.
  await eventually(async () => (await query('crowded', 'SELECT 1 AS n')).error === null);
});

const CRM = { id: 1, slug: 'crm' };

test('closing an engine stops running queries at once', async () => {
  using folder = temporaryFolder();
  const engine = await openTestEngine(folder.path, {
    queryTimeoutMs: NEVER_MS,
    onThreadCrash: (error) => assert.fail(error),
  });
  await engine.createDatabase('crm', {});
  const { signal } = new AbortController();
  const limits = { parameters: null, limit: 500, allowed: null, valueFormat: 'plain' } as const;
  const running = engine.queries.run(CRM, { sql: ENDLESS, ...limits }, signal);
  const stopped = assert.rejects(running, { code: 'unavailable' });
  await engine.queries.run(CRM, { sql: 'SELECT 1', ...limits }, signal);
  await engine.close();
  await stopped;
});

test('no query survives the end of a killed server', { skip: process.platform === 'win32' }, async () => {
  using folder = temporaryFolder();
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../testing/databases/endless-query.ts'), folder.path],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  // The process prints this when its query runs.
  await nextEvent(child.stdout, 'data');
  const queries = childrenOf(child.pid);
  assert.ok(queries.length > 0);
  child.kill('SIGKILL');
  await eventually(() => !queries.some(isAlive));
});

function childrenOf(pid: number | undefined): readonly number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return rows.filter(([, parent]) => parent === pid).map(([child]) => child ?? 0);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process whose exit status has not been collected still exists as a zombie.
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout.trim() !== '' && !stdout.startsWith('Z');
  } catch {
    return false;
  }
}
