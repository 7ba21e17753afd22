import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { musicShopPath } from '../testing/databases/music-shop.ts';
import { temporaryFolder } from '../testing/system/temporary-folder.ts';
import { runCommand, startCommandServer } from '../testing/tools/command.ts';
import { runSqliteShell } from '../testing/tools/sqlite-shell.ts';

const ADMIN = 'a-configured-admin-token-of-mine';

test('without a server, a file is imported into the data folder, and its schema is exported', async () => {
  using folder = temporaryFolder();
  const environment = { ROWHOUSE_DATA_DIR: join(folder.path, 'data') };
  const imported = await runCommand(['import', musicShopPath, '--project', 'Music', '--create'], environment);
  assert.equal(imported.stderr, '');
  assert.match(
    imported.stdout,
    /^music: 11 tables, 15607 rows\nproject token, shown only once: pat_\w{42}\n$/,
  );

  const out = join(folder.path, 'music.sql');
  const options = ['--project', 'music', '--format', 'sql'];
  const exported = await runCommand(['export', 'schema', ...options, '--out', out], environment);
  assert.deepEqual(exported, { exitCode: 0, stdout: '', stderr: '' });
  const tables = runSqliteShell(':memory:', `${readFileSync(out, 'utf8')}\n.tables\n`);
  assert.match(tables, /Album.*Artist.*Customer/s);
  const printed = await runCommand(['export', 'schema', ...options], environment);
  assert.equal(printed.stdout, readFileSync(out, 'utf8'));
  assert.deepEqual(readdirSync(join(folder.path, 'data', 'exports', 'music')), []);
});

test('with a running server, the same works with the token from the environment', async () => {
  using folder = temporaryFolder();
  await using server = await startCommandServer({
    ROWHOUSE_DATA_DIR: folder.path,
    ROWHOUSE_ADMIN_TOKEN: ADMIN,
  });
  const environment = { ROWHOUSE_URL: server.url, ROWHOUSE_TOKEN: ADMIN };
  const imported = await runCommand(['import', musicShopPath, '--project', 'music', '--create'], environment);
  assert.match(
    imported.stdout,
    /^music: 11 tables, 15607 rows\nproject token, shown only once: pat_\w{42}\n$/,
  );

  const remote = await runCommand(['export', 'schema', '--project', 'music'], environment);
  assert.equal(JSON.parse(remote.stdout).tables.length, 11);
  const again = await runCommand(['import', musicShopPath, '--project', 'music'], environment);
  assert.equal(again.exitCode, 1);
  assert.match(again.stderr, /^rowhouse: The project already has tables; .*replace.*\n$/);
  const replaced = await runCommand(
    ['import', musicShopPath, '--project', 'music', '--replace'],
    environment,
  );
  assert.equal(replaced.exitCode, 0);

  const copy = join(folder.path, 'copy.sqlite');
  const whole = ['export', 'database', '--project', 'music', '--format', 'sqlite', '--out', copy];
  assert.deepEqual(await runCommand(whole, environment), { exitCode: 0, stdout: '', stderr: '' });
  assert.equal(runSqliteShell(copy, 'SELECT count(*) FROM Track;'), '3503\n');
  const genres = await runCommand(['export', 'table', 'Genre', '--project', 'music'], environment);
  const first = runSqliteShell(musicShopPath, `SELECT format('%d,"%s"', GenreId, Name) FROM Genre LIMIT 1;`);
  assert.equal(genres.stdout.split('\r\n')[1], first.trimEnd());
  const lost = await runCommand(['export', 'table', '--project', 'music'], environment);
  assert.equal(lost.exitCode, 2);
  assert.match(lost.stderr, /rowhouse export schema\|database\|table TABLE/);

  const folderInUse = await runCommand(['export', 'schema', '--project', 'music'], {
    ROWHOUSE_DATA_DIR: folder.path,
  });
  assert.equal(folderInUse.exitCode, 1);
  assert.match(folderInUse.stderr, /using this data folder; pass its address with --url/);
  const list = await fetch(`${server.url}/projects/music/exports`, {
    headers: { authorization: `Bearer ${ADMIN}` },
  });
  assert.deepEqual(((await list.json()) as { data: { exports: unknown[] } }).data.exports, []);
});

test('a failed import leaves no project that it created', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'notes.txt');
  writeFileSync(file, 'These are notes and no database.');
  const environment = { ROWHOUSE_DATA_DIR: join(folder.path, 'data') };
  const failed = await runCommand(['import', file, '--project', 'notes', '--create'], environment);
  assert.equal(failed.exitCode, 1);
  assert.match(failed.stderr, /^rowhouse: The body is not a SQLite 3 database file, or it is encrypted\.\n$/);
  assert.deepEqual(readdirSync(join(folder.path, 'data', 'projects')), []);

  const out = join(folder.path, 'out.json');
  const missing = await runCommand(['export', 'schema', '--project', 'notes', '--out', out], environment);
  assert.equal(missing.exitCode, 1);
  assert.equal(missing.stderr, 'rowhouse: There is no such project.\n');
  assert.ok(!existsSync(out));
});

test('an invalid command line ends with status 2 and a hint, and changes nothing', async () => {
  using folder = temporaryFolder();
  const cases: readonly (readonly [words: readonly string[], line: RegExp])[] = [
    [[], /rowhouse start\n[^]*rowhouse import FILE/],
    [['launch'], /unknown command launch/],
    [['start', 'now'], /start takes no arguments/],
    [['import'], /expected one file/],
    [['import', 'a', 'b', '--project', 'x'], /expected one file/],
    [['import', 'a'], /--project SLUG is required/],
    [['import', 'a', '--project', 'no spaces'], /--project must be/],
    [['import', 'a', '--project', 'x', '--force'], /--force/],
    [['export', '--project', 'x'], /say what to export/],
    [['export', 'data', '--project', 'x'], /say what to export/],
    [['export', 'schema', '--project', 'x', '--url', 'http://127.0.0.1:1'], /requires a token/],
    [['start', '--port', '1'], /--port/],
  ];
  const environment = { ROWHOUSE_DATA_DIR: join(folder.path, 'data') };
  const results = await Promise.all(cases.map(([words]) => runCommand(words, environment)));
  for (const [index, { exitCode, stdout, stderr }] of results.entries()) {
    assert.match(stderr, cases[index]?.[1] ?? /^$/);
    assert.deepEqual([exitCode, stdout], [2, '']);
  }
  assert.deepEqual(readdirSync(folder.path), []);
});

test('an error that a user can fix is printed on one line, without a stack trace', async () => {
  using folder = temporaryFolder();
  const environment = { ROWHOUSE_DATA_DIR: join(folder.path, 'data') };
  const nothing = await runCommand(['import', join(folder.path, 'none'), '--project', 'x'], environment);
  assert.match(nothing.stderr, /^rowhouse: ENOENT: no such file.*\n$/);
  const remote = { ROWHOUSE_URL: 'http://127.0.0.1:1', ROWHOUSE_TOKEN: ADMIN };
  const refused = await runCommand(['export', 'schema', '--project', 'x'], remote);
  assert.match(refused.stderr, /^rowhouse: http:\/\/127\.0\.0\.1:1 cannot be reached: ECONNREFUSED\n$/);
  const missing = await runCommand(['export', 'schema', '--project', 'x'], environment);
  assert.match(
    missing.stderr,
    /^rowhouse: there is no Rowhouse data in .+; set ROWHOUSE_DATA_DIR to the data folder\n$/,
  );
  assert.ok(!existsSync(environment.ROWHOUSE_DATA_DIR));
  await runCommand(['import', musicShopPath, '--project', 'x', '--create'], environment);
  const format = await runCommand(['export', 'schema', '--project', 'x', '--format', 'xml'], environment);
  assert.equal(format.stderr, 'rowhouse: format must be json or sql for schema exports.\n');
});

test('help lists the commands, also after a command, and the version is printed', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.equal((await runCommand(['--version'])).stdout, `${version}\n`);
  assert.match((await runCommand(['import', '--help'])).stdout, /rowhouse import FILE/);
  const { exitCode, stdout } = await runCommand(['--help']);
  assert.equal(exitCode, 0);
  for (const command of ['rowhouse start', 'rowhouse import FILE', 'rowhouse export schema']) {
    assert.ok(stdout.includes(command));
  }
});

test('the progress bar is drawn only on a terminal', async () => {
  using folder = temporaryFolder();
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const command = `${process.execPath} ${main} import ${musicShopPath} --project music --create`;
  const env = { ROWHOUSE_DATA_DIR: join(folder.path, 'data'), PATH: process.env['PATH'] };
  // script(1) runs the command on a terminal.
  const shown = execFileSync('script', ['-qec', command, '/dev/null'], { env }).toString();
  assert.match(shown.replaceAll('\u001b[K', ''), /\rmusic-shop-\w+\.sqlite {2}\[[#-]{24}\] {2}\d+ %/);
  assert.match(shown, /checking…/);
});
