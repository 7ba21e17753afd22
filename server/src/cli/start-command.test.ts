import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { runRowhouse, startRowhouse } from '../testing/rowhouse-process.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

const ADMIN_TOKEN = 'an-admin-token-given-by-hand';

test('the first start prints the tokens and a call that works; the next start prints neither', async () => {
  using folder = temporaryFolder();
  const environment = { ROWHOUSE_DATA_DIR: join(folder.path, 'data') };
  {
    await using server = await startRowhouse(environment);
    const { stdout } = server.output();
    assert.match(stdout, /project token {2}pat_[0-9A-Za-z]{42}\n/);
    const adminToken = /admin token {4}(adm_[0-9A-Za-z]{42})\n/.exec(stdout)?.[1] ?? '';
    assert.equal((await getProjects(server.url, adminToken)).status, 200);

    const printed = stdout.slice(stdout.indexOf('curl'));
    const answer = JSON.parse(execFileSync('sh', ['-c', printed], { encoding: 'utf8', stdio: 'pipe' }));
    assert.equal(answer.ok, true, JSON.stringify(answer));
    assert.equal(answer.data.export.format, 'sql');
    assert.equal((await server.stop('SIGTERM')).code, 0);
  }
  await using again = await startRowhouse(environment);
  assert.doesNotMatch(again.output().stdout, /pat_|adm_|curl/);
  assert.equal((await again.stop('SIGINT')).code, 0);
});

test('an admin token that was given is in force and never printed; no sample project is made where none is wanted', async () => {
  using folder = temporaryFolder();
  await using server = await startRowhouse({
    ROWHOUSE_DATA_DIR: folder.path,
    ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN,
    ROWHOUSE_SAMPLE_PROJECT: 'off',
    ROWHOUSE_LOG_LEVEL: 'debug',
  });
  const answer = await getProjects(server.url, ADMIN_TOKEN);
  assert.match(await answer.text(), /"projects":\[\]/);
  const { stdout, stderr } = await server.stop('SIGTERM');
  assert.doesNotMatch(stdout + stderr, /an-admin-token|adm_|pat_/);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} lets a request in flight finish, ends with 0, and leaves each database in its one file`, async () => {
    using folder = temporaryFolder();
    await using server = await startRowhouse({
      ROWHOUSE_DATA_DIR: folder.path,
      ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN,
    });
    const { port } = new URL(server.url);
    const socket = connect({ host: '127.0.0.1', port: Number(port) });
    const body = '{"format":"json"}';
    socket.write(
      [
        'POST /projects/example_project/export/schema HTTP/1.1',
        'host: x',
        'expect: 100-continue',
        `authorization: Bearer ${ADMIN_TOKEN}`,
        'content-type: application/json',
        `content-length: ${body.length}`,
        '\r\n',
      ].join('\r\n'),
    );
    // The server is in the middle of this request when it says 100 Continue.
    await once(socket, 'data');
    const stopped = server.stop(signal);
    await refusesConnections(Number(port));
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.write(body);
    await once(socket, 'end');
    socket.destroy();

    assert.match(answer, /^HTTP\/1\.1 201 /);
    assert.equal((await stopped).code, 0);
    for (const name of ['catalog.sqlite', 'projects/example_project/database.sqlite']) {
      const log = join(folder.path, `${name}-wal`);
      assert.ok(!existsSync(log) || statSync(log).size === 0, `${name} has a write-ahead log`);
    }
  });
}

test('a start that cannot be says why in one line, and ends with 1', async () => {
  using folder = temporaryFolder();
  const environment = { ROWHOUSE_DATA_DIR: join(folder.path, 'data'), ROWHOUSE_LOG_LEVEL: 'error' };
  const file = join(folder.path, 'a-file');
  await writeFile(file, 'no folder');
  await using server = await startRowhouse(environment);
  const { port } = new URL(server.url);
  const other = join(folder.path, 'other');
  const cases: readonly (readonly [settings: Record<string, string>, says: RegExp])[] = [
    [{ ROWHOUSE_PORT: 'eighty' }, /ROWHOUSE_PORT must be a whole number from 0 to 65535/],
    [{ ROWHOUSE_LOG_LEVEL: 'loud' }, /ROWHOUSE_LOG_LEVEL must be one of fatal/],
    [{ ROWHOUSE_ADMIN_TOKEN: 'short' }, /ROWHOUSE_ADMIN_TOKEN must be .* at least 24/],
    [{ ROWHOUSE_PORT: port, ROWHOUSE_DATA_DIR: other }, /127\.0\.0\.1:\d+ is taken.*ROWHOUSE_PORT/],
    [{ ROWHOUSE_PORT: '0' }, /another Rowhouse server is using this data folder/],
    [{ ROWHOUSE_PORT: '0', ROWHOUSE_DATA_DIR: file }, /EEXIST|ENOTDIR/],
  ];
  const results = await Promise.all(
    cases.map(([settings]) => runRowhouse(['start'], { ...environment, ...settings })),
  );
  for (const [index, [, says]] of cases.entries()) {
    const { code, stdout, stderr } = results[index] ?? assert.fail();
    assert.equal(code, 1, stderr);
    assert.match(stderr, says);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    assert.equal(stdout, '');
  }
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
});

test('a data folder in which something else lies where a folder should be stops the start, and does not hang', async () => {
  using folder = temporaryFolder();
  await writeFile(join(folder.path, 'projects'), 'no folder');
  const { code, stderr } = await runRowhouse(['start'], {
    ROWHOUSE_DATA_DIR: folder.path,
    ROWHOUSE_PORT: '0',
  });
  assert.equal(code, 1);
  assert.match(stderr, /projects/);
});

function getProjects(url: string, token: string): Promise<Response> {
  return fetch(`${url}/projects`, { headers: { authorization: `Bearer ${token}` } });
}

/** Tries to connect until nobody listens any more. */
async function refusesConnections(port: number): Promise<void> {
  for (;;) {
    const socket = connect({ host: '127.0.0.1', port });
    try {
      await once(socket, 'connect');
      socket.destroy();
    } catch {
      // Nobody listens: that is what was waited for.
      return;
    }
  }
}
