import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { musicShops, readMusicShop } from '../../testing/databases/music-shop.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { exportedSchema, importDatabase } from '../../testing/http/import-and-export.ts';
import { startTestServer } from '../../testing/http/test-server.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

for (const shop of musicShops) {
  test(`given an empty project, ${shop.name} is imported completely, as one sound file`, async () => {
    await using server = await borrowTestServer();
    const token = await server.createProject('music');
    const bytes = await readFile(shop.path);

    const answer = await importDatabase(server, 'music', bytes, { token });

    assert.equal(answer.status, 201);
    assert.deepEqual(answer.body.data, {
      import: {
        project: 'music',
        tables: 11,
        rows: 15_607,
        size_bytes: bytes.byteLength,
        replaced: false,
        warnings: [],
      },
    });
    const folder = join(server.dataDir, 'projects', 'music');
    const path = join(folder, 'database.sqlite');
    assert.equal(runSqliteShell(path, 'PRAGMA journal_mode; PRAGMA integrity_check;'), 'wal\nok\n');
    assert.equal(runSqliteShell(path, '.dump'), runSqliteShell(shop.path, '.dump'));
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith('upload-')),
      [],
    );
  });
}

test('importing into a project with tables requires replace=true', async () => {
  await using server = await borrowTestServer();
  await server.createProject('music');
  const first = databaseFile('CREATE TABLE album (id INTEGER PRIMARY KEY);');
  await importDatabase(server, 'music', first);
  const before = await exportedSchema(server, 'music');

  for (const query of ['', '?replace=false', '?replace=0', '?replace=never']) {
    const refused = await importDatabase(server, 'music', await readMusicShop(), { query });
    assert.equal(refused.status, 409, query);
    assert.equal(refused.body.error?.code, 'conflict');
  }
  assert.equal(await exportedSchema(server, 'music'), before);

  const replaced = await importDatabase(server, 'music', await readMusicShop(), { query: '?replace=true' });
  assert.equal(replaced.status, 201);
  assert.equal(replaced.body.data.import.replaced, true);
  assert.match(await exportedSchema(server, 'music'), /CREATE TABLE .?PlaylistTrack/);
});

test('importing into a project with only a view is refused as well', async () => {
  await using server = await borrowTestServer();
  await server.createProject('views');
  await importDatabase(server, 'views', databaseFile('CREATE VIEW one AS SELECT 1;'));

  const refused = await importDatabase(server, 'views', databaseFile('CREATE TABLE t (x);'));
  assert.equal(refused.body.error?.code, 'conflict');
});

test('replace=true on an empty project succeeds, and reports that nothing was replaced', async () => {
  await using server = await borrowTestServer();
  await server.createProject('empty');

  const file = databaseFile('CREATE TABLE t (id INTEGER PRIMARY KEY);');
  const answer = await importDatabase(server, 'empty', file, { query: '?replace=true' });
  assert.equal(answer.status, 201);
  assert.equal(answer.body.data.import.replaced, false);
});

test('while a database is replaced, every reader sees either the complete old one or the complete new one', async () => {
  await using server = await borrowTestServer();
  await server.createProject('busy');
  const [one, other] = [databaseWith('one'), databaseWith('other')];
  await importDatabase(server, 'busy', one);
  const ofOne = await exportedSchema(server, 'busy');
  const seen = new Set<string>();
  const replacing = new AbortController();
  const reader = async () => {
    while (!replacing.signal.aborted) seen.add(await exportedSchema(server, 'busy'));
  };
  const readers = [reader(), reader(), reader()];

  for (const file of [other, one, other, one, other]) {
    const answer = await importDatabase(server, 'busy', file, { query: '?replace=true' });
    assert.equal(answer.status, 201, answer.body.error?.message);
    assert.equal(answer.body.data.import.replaced, true);
  }
  replacing.abort();
  await Promise.all(readers);

  const ofOther = await exportedSchema(server, 'busy');
  assert.notEqual(ofOther, ofOne);
  for (const text of seen) assert.ok(text === ofOne || text === ofOther, text);
});

test('of two concurrent imports into an empty project, exactly one succeeds', async () => {
  await using server = await borrowTestServer();
  await server.createProject('race');

  const answers = await Promise.all(
    ['one', 'other'].map((name) => importDatabase(server, 'race', databaseWith(name))),
  );

  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201, 409]));
  const winner = answers[0]?.status === 201 ? 'one' : 'other';
  assert.deepEqual(tableNames(await exportedSchema(server, 'race')), tablesOf(winner));
});

test('concurrent imports with replace=true all succeed, and the last database is kept unmixed', async () => {
  await using server = await borrowTestServer();
  await server.createProject('race');
  const names = ['a', 'b', 'c', 'd'];

  const answers = await Promise.all(
    names.map((name) => importDatabase(server, 'race', databaseWith(name), { query: '?replace=true' })),
  );

  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
  assert.equal(answers.filter(({ body }) => body.data.import.replaced === false).length, 1);
  const tables = JSON.stringify(tableNames(await exportedSchema(server, 'race')));
  assert.ok(names.map((name) => JSON.stringify(tablesOf(name))).includes(tables), tables);
  assert.deepEqual(await uploadsOf(server.dataDir, 'race'), []);
});

test('an imported database survives a restart, and its file has the reported size', async () => {
  await using server = await startTestServer();
  await server.createProject('lasting');
  const { body } = await importDatabase(server, 'lasting', databaseWith('one'));
  const before = await exportedSchema(server, 'lasting');

  await server.restart();

  assert.equal(await exportedSchema(server, 'lasting'), before);
  const { size } = await stat(join(server.dataDir, 'projects', 'lasting', 'database.sqlite'));
  assert.equal(body.data.import.size_bytes, size);
});

function databaseWith(name: string): Buffer {
  return databaseFile(
    tablesOf(name)
      .map((table) => `CREATE TABLE ${table} (id INTEGER PRIMARY KEY);`)
      .join('\n'),
  );
}

function tablesOf(name: string): readonly string[] {
  return [1, 2, 3].map((number) => `${name}_${number}`);
}

function tableNames(schema: string): readonly string[] {
  return [...schema.matchAll(/CREATE TABLE (\w+)/g)].map((match) => match[1] ?? '');
}

async function uploadsOf(dataDir: string, project: string): Promise<readonly string[]> {
  const names = await readdir(join(dataDir, 'projects', project));
  return names.filter((name) => name.startsWith('upload-'));
}

test('tables with reserved names are kept in the file, are not shown, and have a warning', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  const file = databaseFile(
    'CREATE TABLE _rowhouse_notes (id INTEGER PRIMARY KEY); CREATE TABLE a (id INTEGER PRIMARY KEY);',
  );
  const { body } = await importDatabase(server, 'shop', file);
  assert.equal(body.data.import.tables, 1);
  assert.deepEqual(
    body.data.import.warnings.map((warning: { code: string }) => warning.code),
    ['reserved_names'],
  );
  assert.match(body.data.import.warnings[0].message, /_rowhouse_notes/);
});

test('rows that violate a CHECK, and a CHECK with an unknown function, have a warning and are accepted', async () => {
  await using server = await borrowTestServer();
  await server.createProject('broken');
  await server.createProject('foreign');
  const broken = databaseFile(
    'PRAGMA ignore_check_constraints = ON; CREATE TABLE t (id INTEGER PRIMARY KEY, n CHECK (n > 0)); INSERT INTO t VALUES (1, -1);',
  );
  const foreign = databaseFile(
    [
      'CREATE TABLE t (id INTEGER PRIMARY KEY, n CHECK (n > 0)); INSERT INTO t VALUES (1, 1);',
      '.dbconfig defensive off',
      "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'n > 0', 'mine(n)');",
    ].join('\n'),
  );
  for (const [project, file, says] of [
    ['broken', broken, /CHECK constraint failed/],
    ['foreign', foreign, /mine/],
  ] as const) {
    const { status, body } = await importDatabase(server, project, file);
    assert.equal(status, 201, JSON.stringify(body.error));
    assert.equal(body.data.import.rows, 1);
    assert.equal(body.data.import.warnings[0].code, 'check_violations');
    assert.match(body.data.import.warnings[0].message, says);
  }
});

test('a file that uses the service’s table names for other objects is refused; a former project is not', async () => {
  await using server = await borrowTestServer();
  await server.createProject('shop');
  for (const forged of [
    'CREATE TABLE _rowhouse_tables (id INTEGER PRIMARY KEY);',
    'CREATE VIEW _Rowhouse_Columns AS SELECT 1;',
    // They would show what the service stores about other clients.
    'CREATE VIEW v AS SELECT result FROM "_Rowhouse_Idempotency";',
    "CREATE VIRTUAL TABLE f USING fts5 (result, content = '_rowhouse_idempotency');",
    'CREATE TABLE t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM _rowhouse_tables; END;',
  ]) {
    const { status, body } = await importDatabase(server, 'shop', databaseFile(forged));
    assert.equal(status, 400);
    assert.match(body.error?.message ?? '', /_rowhouse_tables, .* are reserved for the service/);
  }

  const json = { table_name: 'people', display_name: 'People' };
  const made = await server.call('POST', '/projects/shop/table', { json });
  assert.equal(made.status, 201);
  const copy = join(server.dataDir, 'copy.sqlite');
  runSqliteShell(join(server.dataDir, 'projects', 'shop', 'database.sqlite'), `VACUUM INTO '${copy}';`);
  await server.createProject('moved');
  const moved = await importDatabase(server, 'moved', await readFile(copy));
  assert.deepEqual(moved.body.data.import.warnings, []);
  const table = await server.call('GET', '/projects/moved/table/people');
  assert.deepEqual(table.body.data.table, made.body.data.table);
});
