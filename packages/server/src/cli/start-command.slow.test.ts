import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';

import { openCatalog } from '../catalog/catalog.ts';
import { temporaryFolder } from '../testing/system/temporary-folder.ts';
import { eventually } from '../testing/system/waiting.ts';
import { runCommand, startCommandServer } from '../testing/tools/command.ts';

const ADMIN = 'a-configured-admin-token-of-mine';

test('the first start creates a sample project and prints the tokens once; the printed command works', async () => {
  using folder = temporaryFolder();
  const environment = { ROWHOUSE_DATA_DIR: folder.path };
  {
    await using server = await startCommandServer(environment);
    const pasted = server.stdout().slice(server.stdout().indexOf('curl '));
    const answer = JSON.parse(
      execFileSync('sh', ['-c', pasted], { stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
    );
    assert.equal(answer.ok, true);
    assert.equal(answer.data.rows[0].title, 'Pride and Prejudice');
    const admin = /admin token\s+(adm_\w+)/.exec(server.stdout())?.[1];
    const projects = await fetch(`${server.url}/projects`, { headers: { authorization: `Bearer ${admin}` } });
    assert.equal(projects.status, 200);
    assert.equal(await server.stop('SIGTERM'), 0);
  }
  await using again = await startCommandServer(environment);
  assert.doesNotMatch(again.stdout(), /pat_|adm_|curl/);
});

test('a first start is not ready before the sample project can be read', async () => {
  using folder = temporaryFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const starting = startCommandServer({
    ROWHOUSE_DATA_DIR: folder.path,
    ROWHOUSE_ADMIN_TOKEN: ADMIN,
    ROWHOUSE_PORT: String(port),
  });
  await eventually(async () => (await fetch(`${url}/readyz`).catch(() => null))?.status === 200);
  const headers = { authorization: `Bearer ${ADMIN}` };
  const { status } = await fetch(`${url}/projects/example_project/tables`, { headers });
  await using server = await starting;
  assert.deepEqual([server.url, status], [url, 200]);
});

/** Another program may take the port before the server does, which is unlikely. */
async function freePort(): Promise<number> {
  await using reserved = createServer().listen(0, '127.0.0.1');
  await once(reserved, 'listening');
  const address = reserved.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('no token is readable in the data folder', async () => {
  using folder = temporaryFolder();
  await using server = await startCommandServer({ ROWHOUSE_DATA_DIR: folder.path });
  const tokens = server.stdout().match(/(?:pat|adm)_\w+/g) ?? [];
  assert.ok(tokens.length >= 2);
  await server.stop('SIGTERM');

  const files = readdirSync(folder.path, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const file of files) {
    const content = readFileSync(join(file.parentPath, file.name), 'latin1');
    for (const token of tokens) assert.ok(!content.includes(token), file.name);
  }
});

test('a configured admin token is used and never printed; without the sample there is no project', async () => {
  using folder = temporaryFolder();
  await using server = await startCommandServer({
    ROWHOUSE_DATA_DIR: folder.path,
    ROWHOUSE_ADMIN_TOKEN: ADMIN,
    ROWHOUSE_SAMPLE_PROJECT: 'off',
  });
  assert.doesNotMatch(server.stdout(), /token/);
  const answer = await fetch(`${server.url}/projects`, { headers: { authorization: `Bearer ${ADMIN}` } });
  const { data } = (await answer.json()) as { readonly data: { readonly projects: readonly unknown[] } };
  assert.deepEqual(data.projects, []);
});

test('a deleted sample project is not created again at the next start', async () => {
  using folder = temporaryFolder();
  const environment = { ROWHOUSE_DATA_DIR: folder.path, ROWHOUSE_ADMIN_TOKEN: ADMIN };
  const headers = { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' };
  {
    await using server = await startCommandServer(environment);
    const body = JSON.stringify({ confirm_project_slug: 'example_project' });
    const deleted = await fetch(`${server.url}/projects/example_project`, {
      method: 'DELETE',
      headers,
      body,
    });
    assert.equal(deleted.status, 200);
    await server.stop('SIGTERM');
  }
  await using server = await startCommandServer(environment);
  assert.equal((await fetch(`${server.url}/projects/example_project`, { headers })).status, 404);
});

test('an invalid setting stops the start with one line that names it and its valid values', async () => {
  const cases: readonly (readonly [name: string, value: string])[] = [
    ['ROWHOUSE_PORT', 'eighty'],
    ['ROWHOUSE_PORT', '65536'],
    ['ROWHOUSE_PORT', '-1'],
    ['ROWHOUSE_ADMIN_TOKEN', 'short'],
    ['ROWHOUSE_ADMIN_TOKEN', 'with a space in it, and long enough'],
    ['ROWHOUSE_SAMPLE_PROJECT', 'yes'],
    ['ROWHOUSE_LOG_LEVEL', 'loud'],
    ['ROWHOUSE_IMPORT_MAX_BYTES', '10G'],
  ];
  using folder = temporaryFolder();
  const results = await Promise.all(
    cases.map(([name, value]) => runCommand(['start'], { ROWHOUSE_DATA_DIR: folder.path, [name]: value })),
  );
  for (const [index, { exitCode, stdout, stderr }] of results.entries()) {
    const [name = '', value = ''] = cases[index] ?? [];
    assert.equal(exitCode, 1);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(`^rowhouse: ${name} must be .+\n$`));
    if (name === 'ROWHOUSE_ADMIN_TOKEN') assert.ok(!stderr.includes(value));
  }
  assert.deepEqual(readdirSync(folder.path), []);
});

test('a port in use, a data folder in use, and a data folder that cannot be created are each reported on one line', async () => {
  using folder = temporaryFolder();
  await using server = await startCommandServer({ ROWHOUSE_DATA_DIR: folder.path });
  const inUse = await runCommand(['start'], { ROWHOUSE_DATA_DIR: folder.path, ROWHOUSE_PORT: '0' });
  assert.equal(inUse.exitCode, 1);
  assert.match(inUse.stderr, /^rowhouse: a Rowhouse server is using this data folder.*\n$/);

  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const data = join(folder.path, 'other');
  const taken = await runCommand(['start'], { ROWHOUSE_DATA_DIR: data, ROWHOUSE_PORT: String(port) });
  other.close();
  assert.equal(taken.exitCode, 1);
  assert.match(
    taken.stderr,
    /rowhouse: 127\.0\.0\.1:\d+ is in use by another program; set ROWHOUSE_PORT to another port\n$/,
  );

  await using again = await startCommandServer({ ROWHOUSE_DATA_DIR: data });
  assert.match(again.stdout(), /project token +pat_\w+\n[^]*admin token +adm_\w+\n/);

  writeFileSync(join(folder.path, 'file'), '');
  const below = await runCommand(['start'], { ROWHOUSE_DATA_DIR: join(folder.path, 'file', 'data') });
  assert.equal(below.exitCode, 1);
  assert.match(below.stderr, /^rowhouse: ENOTDIR: .*\n$/);
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
});

test('if the first start cannot create the sample project, the next one prints both tokens', async () => {
  using folder = temporaryFolder();
  const environment = { ROWHOUSE_DATA_DIR: folder.path, ROWHOUSE_PORT: '0' };
  const path = join(folder.path, 'catalog.sqlite');
  await (await openCatalog(path, () => undefined)).destroy();
  const change = (sql: string) => {
    using catalog = new DatabaseSync(path);
    catalog.exec(sql);
  };
  change("CREATE TRIGGER no_projects BEFORE INSERT ON projects BEGIN SELECT RAISE(ABORT, 'no'); END");
  const failed = await runCommand(['start'], environment);
  assert.equal(failed.exitCode, 1);
  assert.equal(failed.stdout, '');

  change('DROP TRIGGER no_projects');
  await using server = await startCommandServer(environment);
  assert.match(server.stdout(), /project token +pat_\w+\n[^]*admin token +adm_\w+\n/);
});

test('metrics are served on a second port, a rate limit is applied, and a port in use is reported on one line', async () => {
  using folder = temporaryFolder();
  await using server = await startCommandServer({
    ROWHOUSE_DATA_DIR: folder.path,
    ROWHOUSE_METRICS_PORT: '0',
    ROWHOUSE_RATE_LIMIT: '1/3600',
    ROWHOUSE_LOG_LEVEL: 'info',
  });
  const token = /project token +(pat_\w+)/.exec(server.stdout())?.[1];
  const headers = { authorization: `Bearer ${token}` };
  const answers = [1, 2].map(() => fetch(`${server.url}/projects/example_project/tables`, { headers }));
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  assert.deepEqual(
    statuses.toSorted((a, b) => a - b),
    [200, 429],
  );

  const url = /"url":"(http:\/\/127\.0\.0\.1:\d+\/metrics)"/.exec(server.stderr())?.[1] ?? '';
  const text = await (await fetch(url)).text();
  assert.match(text, /^rowhouse_http_requests_rate_limited_total 1$/m);

  const taken = await runCommand(['start'], {
    ROWHOUSE_DATA_DIR: join(folder.path, 'other'),
    ROWHOUSE_PORT: '0',
    ROWHOUSE_METRICS_PORT: new URL(url).port,
  });
  assert.equal(taken.exitCode, 1);
  assert.equal(taken.stdout, '');
  assert.match(taken.stderr, /is in use by another program; set ROWHOUSE_METRICS_PORT to another port\n$/);
  assert.equal(await server.stop('SIGTERM'), 0);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} lets a request in flight finish, closes every database, and ends with status 0`, async () => {
    using folder = temporaryFolder();
    await using server = await startCommandServer({
      ROWHOUSE_DATA_DIR: folder.path,
      ROWHOUSE_ADMIN_TOKEN: ADMIN,
    });
    const upload = request(`${server.url}/projects/example_project/export/schema`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json', 'content-length': 16 },
    });
    const answered = once(upload, 'response');
    await new Promise((resolve) => upload.write('{"format"', resolve));
    // The server has received the request once it has answered a later one.
    await fetch(`${server.url}/healthz`);
    const ended = server.stop(signal);
    upload.end(':"sql"}');

    const [response] = await answered;
    assert.equal(response.statusCode, 201);
    assert.equal(((await json(response)) as { ok: boolean }).ok, true);
    assert.equal(await ended, 0);
    await assert.rejects(fetch(`${server.url}/healthz`));
    assert.ok(!existsSync(join(folder.path, 'catalog.sqlite-wal')));
    assert.deepEqual(readdirSync(join(folder.path, 'projects', 'example_project')), ['database.sqlite']);
  });
}

test('a data folder with a file in place of a folder stops the start instead of blocking it', async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, 'exports'), 'not a folder');
  const { exitCode, stderr } = await runCommand(['start'], {
    ROWHOUSE_DATA_DIR: folder.path,
    ROWHOUSE_PORT: '0',
  });
  assert.equal(exitCode, 1);
  assert.match(stderr, /^rowhouse: E[A-Z]+: .*\n$/);
});
