import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { ADMIN_TOKEN, type Answer } from '../../testing/http/test-server.ts';
import { fileSteps } from '../../testing/system/file-steps.ts';
import { openShell } from '../../testing/system/open-shell.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { type RunningCommand, startCommandServer } from '../../testing/tools/command.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const NEW = databaseFile(
  'CREATE TABLE pebble (id INTEGER PRIMARY KEY); INSERT INTO pebble VALUES (1), (2), (3);',
);
const FIRST_ROWS = 100;
const LATER_ROWS = 10;
const OLD_ROWS = 'stone 110';
const NEW_ROWS = 'pebble 3';

/** What another program does with the project's file before it is replaced; the last statement prints something. */
const programs: readonly (readonly [what: string, statements: string])[] = [
  ['reads in a transaction', 'BEGIN; SELECT count(*) FROM stone;'],
  ['has read and is idle', 'SELECT count(*) FROM stone;'],
  ['writes in a transaction', 'BEGIN IMMEDIATE; SELECT count(*) FROM stone;'],
];

for (const [what, statements] of programs) {
  test(`while another program ${what}, an import is unavailable and no row is lost; it succeeds after the program has ended`, async () => {
    using folder = temporaryFolder();
    await using servers = new AsyncDisposableStack();
    let server = servers.use(await start(folder.path));
    await makeProject(server, 'quarry');
    const path = databaseIn(folder.path, 'quarry');
    await insertRows(server, 'quarry', FIRST_ROWS);
    await using shell = openShell(path);
    if (!statements.includes('IMMEDIATE')) await shell.run(statements);
    await insertRows(server, 'quarry', LATER_ROWS);
    if (statements.includes('IMMEDIATE')) await shell.run(statements);

    const refused = await importInto(server, 'quarry', NEW);
    assert.equal(refused.status, 503, JSON.stringify(refused.body));
    assert.equal(refused.body.error?.code, 'unavailable');
    assert.match(refused.body.error?.message ?? '', /^Another program has the project’s database open/);
    assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
    assert.equal(runSqliteShell(path, 'SELECT count(*) FROM stone;'), '110\n');
    await server.stop('SIGKILL');
    assert.equal(runSqliteShell(path, 'SELECT count(*) FROM stone;'), '110\n');

    server = servers.use(await start(folder.path));
    await shell.close();
    assert.equal(await contentOf(server, 'quarry'), OLD_ROWS);
    assert.equal((await importInto(server, 'quarry', NEW)).status, 201);
    assert.equal(await contentOf(server, 'quarry'), NEW_ROWS);
    await assertSound(folder.path, 'quarry');
  });
}

test('if a file operation fails while a database is replaced, the project has every old row or the new database, and can be imported into again', async (context) => {
  using folder = temporaryFolder();
  const steps = fileSteps(folder.path);
  const dataDir = join(folder.path, 'data');
  await using server = await start(dataDir, steps.environment);
  const outcomes: string[] = [];
  for (let step = 1; ; step += 1) {
    const project = `p${step}`;
    await makeProject(server, project);
    await insertRows(server, project, FIRST_ROWS + LATER_ROWS);
    steps.choose({ step, when: 'before', kind: 'fail', code: 'EIO' });
    const { status } = await importInto(server, project, NEW);
    const name = steps.reached();
    if (name === null) {
      assert.equal(status, 201);
      break;
    }
    assert.equal(status, 503);
    const content = await contentOf(server, project);
    assert.ok([OLD_ROWS, NEW_ROWS].includes(content), content);
    await assertSound(dataDir, project);
    outcomes.push(`${name}: ${content}`);
    assert.equal((await importInto(server, project, NEW)).status, 201);
    assert.equal(await contentOf(server, project), NEW_ROWS);
  }
  context.diagnostic(outcomes.join(', '));
  assert.ok(outcomes.includes(`renameSync: ${OLD_ROWS}`));
});

test('if the server is killed before any file operation while it replaces a database, the next start has every old row or the new database', async (context) => {
  using folder = temporaryFolder();
  const steps = fileSteps(folder.path);
  const dataDir = join(folder.path, 'data');
  await using servers = new AsyncDisposableStack();
  let server = servers.use(await start(dataDir, steps.environment));
  const outcomes: string[] = [];
  for (let step = 1; ; step += 1) {
    const project = `p${step}`;
    await makeProject(server, project);
    await insertRows(server, project, FIRST_ROWS + LATER_ROWS);
    steps.choose({ step, when: 'before', kind: 'kill' });
    const answer = await importInto(server, project, NEW).catch(() => null);
    const name = steps.reached();
    if (name === null) {
      assert.equal(answer?.status, 201);
      break;
    }
    assert.equal(answer, null);
    await server.stop('SIGKILL');

    server = servers.use(await start(dataDir, steps.environment));
    const content = await contentOf(server, project);
    assert.ok([OLD_ROWS, NEW_ROWS].includes(content), content);
    await assertSound(dataDir, project);
    const files = readdirSync(join(dataDir, 'projects', project));
    assert.ok(!files.some((file) => file.startsWith('upload-')), files.join(', '));
    outcomes.push(`${name}: ${content}`);
  }
  context.diagnostic(outcomes.join(', '));
  assert.ok(outcomes.includes(`renameSync: ${OLD_ROWS}`));
  assert.ok(outcomes.at(-1)?.endsWith(NEW_ROWS));
});

test('a program that opens the file at any step waits or reads the new database, and neither database is damaged', async (context) => {
  using folder = temporaryFolder();
  const steps = fileSteps(folder.path);
  await using server = await start(join(folder.path, 'data'), steps.environment);
  const outcomes: string[] = [];
  for (let step = 1; ; step += 1) {
    const project = `p${step}`;
    await makeProject(server, project);
    await insertRows(server, project, FIRST_ROWS + LATER_ROWS);
    const path = databaseIn(join(folder.path, 'data'), project);
    const words = [
      '-batch',
      '-init',
      '/dev/null',
      path,
      'INSERT INTO pebble VALUES (10); SELECT count(*) FROM pebble;',
    ];
    steps.choose({ step, when: 'after', kind: 'run', command: ['sqlite3', ...words] });
    const { status } = await importInto(server, project, NEW);
    assert.equal(status, 201);
    const name = steps.reached();
    if (name === null) break;
    const output = steps.output().trim();
    assert.match(output, /database is locked|^4$/);
    outcomes.push(`${name}: ${output}`);
    assert.equal(await contentOf(server, project), output === '4' ? 'pebble 4' : NEW_ROWS);
    await assertSound(join(folder.path, 'data'), project);
  }
  context.diagnostic(outcomes.join(', '));
  assert.ok(outcomes.some((outcome) => outcome.endsWith('locked (5)')));
  assert.ok(outcomes.some((outcome) => outcome.endsWith(': 4')));
});

function start(dataDir: string, environment: Readonly<Record<string, string>> = {}): Promise<RunningCommand> {
  return startCommandServer({
    ROWHOUSE_DATA_DIR: dataDir,
    ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN,
    ROWHOUSE_SAMPLE_PROJECT: 'off',
    // Failures in this test are expected.
    ROWHOUSE_LOG_LEVEL: 'fatal',
    ...environment,
  });
}

async function makeProject(server: RunningCommand, slug: string): Promise<void> {
  const made = await call(server, '/projects', JSON.stringify({ project_slug: slug, project_name: slug }));
  assert.equal(made.status, 201);
  const stone = { table_name: 'stone', columns: [{ column_name: 'note' }] };
  const table = await call(server, `/projects/${slug}/table`, JSON.stringify(stone));
  assert.equal(table.status, 201, JSON.stringify(table.body));
}

/** Inserts rows, each of which is acknowledged. */
async function insertRows(server: RunningCommand, project: string, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, position) => ({ note: `row ${position}` }));
  const answer = await call(server, `/projects/${project}/records/stone`, JSON.stringify({ rows }));
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
}

async function importInto({ url }: RunningCommand, project: string, file: Buffer): Promise<Answer> {
  const response = await fetch(`${url}/projects/${project}/import/sqlite?replace=true`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/octet-stream' },
    body: Uint8Array.from(file),
  });
  return answerOf(response);
}

/** The tables of the project, each with its row count. */
async function contentOf(server: RunningCommand, project: string): Promise<string> {
  const { status, body } = await call(server, `/projects/${project}/tables?include_count=true`);
  assert.equal(status, 200, JSON.stringify(body));
  const tables: readonly { readonly table_name: string; readonly row_count: number }[] = body.data.tables;
  return tables.map((table) => `${table.table_name} ${table.row_count}`).join(', ');
}

async function assertSound(dataDir: string, project: string): Promise<void> {
  assert.equal(runSqliteShell(databaseIn(dataDir, project), 'PRAGMA integrity_check;'), 'ok\n');
}

async function call({ url }: RunningCommand, path: string, body?: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  const method = body === undefined ? 'GET' : 'POST';
  return answerOf(await fetch(url + path, { method, headers, ...(body !== undefined && { body }) }));
}

async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response;
  return { status, headers, body: (await response.json()) as Answer['body'] };
}

function databaseIn(dataDir: string, project: string): string {
  return join(dataDir, 'projects', project, 'database.sqlite');
}
