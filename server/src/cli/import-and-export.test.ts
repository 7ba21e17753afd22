import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { runSqliteShell } from '../testing/sqlite-shell.ts';
import { runRowhouse, startRowhouse } from '../testing/rowhouse-process.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

const ADMIN_TOKEN = 'an-admin-token-given-by-hand';

/** A folder with a database file of two rows, and with a file that is none. */
function givenFiles() {
  const folder = temporaryFolder();
  const database = join(folder.path, 'books.sqlite');
  runSqliteShell(database, 'CREATE TABLE book (id INTEGER PRIMARY KEY); INSERT INTO book VALUES (1), (2);');
  const text = join(folder.path, 'books.txt');
  writeFileSync(text, 'no database');
  const dispose = () => folder[Symbol.dispose]();
  return { path: folder.path, database, text, [Symbol.dispose]: dispose };
}

test('without a server, a file is imported into a new project and its schema is exported', async () => {
  using files = givenFiles();
  const environment = { ROWHOUSE_DATA_DIR: join(files.path, 'data') };

  const imported = await runRowhouse(
    ['import', files.database, '--project', 'Books', '--create'],
    environment,
  );
  assert.equal(imported.code, 0, imported.stderr);
  assert.match(
    imported.stdout,
    /^books: 1 tables, 2 rows\nproject token, shown this once: pat_[0-9A-Za-z]{42}\n$/,
  );
  assert.equal(imported.stderr, '', 'no progress is shown where nobody watches');

  const schema = ['export', 'schema', '--project', 'books'];
  const printed = await runRowhouse([...schema, '--format', 'sql'], environment);
  assert.equal(printed.code, 0, printed.stderr);
  assert.match(printed.stdout, /CREATE TABLE book/);
  const out = join(files.path, 'schema.json');
  const written = await runRowhouse([...schema, '--out', out], environment);
  assert.equal(written.code, 0, written.stderr);
  assert.ok(JSON.parse(readFileSync(out, 'utf8')));
  const stored = readdirSync(join(files.path, 'data', 'exports', 'books'));
  assert.deepEqual(stored, [], 'the export does not outlive the command');
});

test('without a server, what cannot be done is told in one line, with 1, and undone', async () => {
  using files = givenFiles();
  const environment = { ROWHOUSE_DATA_DIR: join(files.path, 'data') };
  const cases: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [['import', files.text, '--project', 'new', '--create'], /not a SQLite 3 database file/],
    [['import', files.database, '--project', 'new'], /There is no such project/],
    [['import', join(files.path, 'none.db'), '--project', 'new', '--create'], /ENOENT.*none\.db/],
    [['import', files.path, '--project', 'new', '--create'], /is not a file/],
    [['export', 'schema', '--project', 'new'], /There is no such project/],
    [['export', 'schema', '--project', 'new', '--format', 'xml'], /format must be json or sql/],
    [['export', 'schema', '--project', 'new', '--url', 'ftp://x', '--token', ADMIN_TOKEN], /--url must be/],
    [
      ['export', 'schema', '--project', 'new', '--url', 'http://localhost:1', '--token', ADMIN_TOKEN],
      /http:\/\/localhost:1 cannot be reached: ECONNREFUSED/,
    ],
  ];
  for (const [words, says] of cases) {
    const { code, stdout, stderr } = await runRowhouse(words, environment);
    assert.equal(code, 1, `${words.join(' ')}: ${stderr}`);
    assert.match(stderr, says);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    assert.equal(stdout, '');
  }
  assert.deepEqual(readdirSync(join(files.path, 'data', 'projects')), []);
});

test('through a running server, files are imported and schemas exported; its folder is not touched directly', async () => {
  using files = givenFiles();
  const dataDir = join(files.path, 'data');
  await using server = await startRowhouse({ ROWHOUSE_DATA_DIR: dataDir, ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN });
  const environment = { ROWHOUSE_URL: `${server.url}/`, ROWHOUSE_TOKEN: ADMIN_TOKEN };
  const intoBooks = ['import', files.database, '--project', 'books'];

  const direct = await runRowhouse(intoBooks, { ROWHOUSE_DATA_DIR: dataDir });
  assert.equal(direct.code, 1);
  assert.match(direct.stderr, /another Rowhouse server is using this data folder; name it with --url/);

  const created = await runRowhouse([...intoBooks, '--create'], environment);
  assert.equal(created.code, 0, created.stderr);
  const token = /pat_[0-9A-Za-z]{42}/.exec(created.stdout)?.[0] ?? '';
  const refused = await runRowhouse(intoBooks, environment);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /replace=true/);
  const asTenant = { ROWHOUSE_URL: server.url, ROWHOUSE_TOKEN: token };
  const replaced = await runRowhouse([...intoBooks, '--replace'], asTenant);
  assert.equal(replaced.stdout, 'books: 1 tables, 2 rows\n', replaced.stderr);

  const failed = await runRowhouse(['import', files.text, '--project', 'undone', '--create'], environment);
  assert.equal(failed.code, 1);
  const projects = await fetch(`${server.url}/projects/undone`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  assert.equal(projects.status, 404);

  const out = join(files.path, 'schema.sql');
  const words = ['export', 'schema', '--project', 'books', '--format', 'sql', '--out', out];
  assert.equal((await runRowhouse(words, asTenant)).code, 0);
  assert.match(readFileSync(out, 'utf8'), /CREATE TABLE book/);
});

test('a large file that the server refuses at once is not sent to its end', async () => {
  using files = givenFiles();
  await using server = await startRowhouse({
    ROWHOUSE_DATA_DIR: join(files.path, 'data'),
    ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN,
  });
  runSqliteShell(files.database, 'CREATE TABLE large (b); INSERT INTO large VALUES (zeroblob(200000000));');
  const environment = { ROWHOUSE_URL: server.url, ROWHOUSE_TOKEN: ADMIN_TOKEN };
  const begun = performance.now();
  const words = ['import', files.database, '--project', 'example_project'];
  const refused = await runRowhouse(words, environment);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /replace=true/);
  assert.ok(performance.now() - begun < 4_000, 'it waited for the server to cut the connection');
});

for (const [fault, says] of [
  ['cut', /cut before everything had arrived|cannot be reached/],
  ['changed', /its checksum differs/],
] as const) {
  test(`a download that arrives ${fault} never takes the place of a good file`, async () => {
    using files = givenFiles();
    const server = createServer((request, response) => {
      if (request.method === 'GET') {
        response.setHeader('content-length', fault === 'cut' ? 1_000 : 4);
        response.write('half');
        if (fault === 'cut') setImmediate(() => response.destroy());
        else response.end();
        return;
      }
      const manifest = {
        id: 'exp_1',
        download_url: '/d',
        size_bytes: 1_000,
        sha256: 'ab',
        status_reason: null,
      };
      response.end(JSON.stringify({ ok: true, data: { export: manifest }, error: null }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const out = join(files.path, 'schema.json');
    writeFileSync(out, 'the good one');
    const words = ['export', 'schema', '--project', 'books', '--out', out];
    const environment = { ROWHOUSE_URL: `http://127.0.0.1:${port}`, ROWHOUSE_TOKEN: ADMIN_TOKEN };
    const { code, stderr } = await runRowhouse(words, environment);
    server.close();

    assert.equal(code, 1);
    assert.match(stderr, says);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    assert.equal(readFileSync(out, 'utf8'), 'the good one');
    assert.deepEqual(
      readdirSync(files.path).filter((name) => name.endsWith('.draft')),
      [],
    );
  });
}

const noTerminal = spawnSync('script', ['--version']).status === 0 ? false : 'there is no script command';

test('on a terminal the progress of an import is shown, and wiped', { skip: noTerminal }, () => {
  using files = givenFiles();
  const command = fileURLToPath(new URL('../main.ts', import.meta.url));
  const line = `'${process.execPath}' '${command}' import '${files.database}' --project books --create`;
  const { stdout, status } = spawnSync('script', ['-qec', line, '/dev/null'], {
    env: { PATH: process.env['PATH'], ROWHOUSE_DATA_DIR: join(files.path, 'data') },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
  assert.match(stdout, /books\.sqlite {2}\[#+\] {2}100 % /);
  assert.match(stdout, /checking…/);
  assert.ok(stdout.includes('\r\u001B[Kbooks: 1 tables, 2 rows'));
});
