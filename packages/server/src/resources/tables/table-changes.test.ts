import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';

import { queryDatabase } from '../../testing/databases/query-database.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { type Answer, fieldsAtFault, type TestServer } from '../../testing/http/test-server.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const TABLE = '/projects/crm/table';

let server: TestServer;
before(async () => {
  server = await borrowTestServer();
});
after(() => server[Symbol.asyncDispose]());

async function given(statements: string): Promise<void> {
  await server.call('DELETE', '/projects/crm', { json: { confirm_project_slug: 'crm' } });
  await server.createProject('crm');
  shell(statements);
}

function shell(sql: string): string {
  return runSqliteShell(databasePath(), sql).trimEnd();
}

function query(sql: string): readonly object[] {
  return queryDatabase(databasePath(), sql);
}

function databasePath(): string {
  return join(server.dataDir, 'projects', 'crm', 'database.sqlite');
}

async function done(method: string, path: string, json?: unknown): Promise<Answer['body']['data']> {
  const { status, body } = await server.call(method, path, json === undefined ? {} : { json });
  assert.equal(status, 200, `${method} ${path}: ${JSON.stringify(body.error)}`);
  assert.deepEqual({ ...query('PRAGMA integrity_check')[0] }, { integrity_check: 'ok' });
  return body.data;
}

async function refused(code: string, method: string, path: string, json?: unknown): Promise<Answer> {
  const schema = query('SELECT sql FROM sqlite_schema ORDER BY rowid');
  const answer = await server.call(method, path, json === undefined ? {} : { json });
  assert.equal(answer.body.error?.code, code, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  assert.deepEqual(query('SELECT sql FROM sqlite_schema ORDER BY rowid'), schema, 'nothing was changed');
  return answer;
}

const SCHEMA = `
  CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE) STRICT;
  INSERT INTO parent VALUES (4, 'a'), (9, 'b');
  DELETE FROM parent WHERE id = 9;
  CREATE TABLE child (
    id INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES parent ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    other_id INTEGER REFERENCES other,
    FOREIGN KEY (parent_id) REFERENCES "Parent" (id)
  ) STRICT;
  CREATE TABLE other (id INTEGER PRIMARY KEY);
  INSERT INTO child VALUES (1, 4, NULL);
  CREATE INDEX by_parent ON child (parent_id);
  CREATE TRIGGER heard AFTER DELETE ON child BEGIN SELECT 1; END;`;

describe('a changed table', () => {
  beforeEach(() => given(SCHEMA));

  test('gets another display name, or none', async () => {
    const changed = await done('PATCH', `${TABLE}/PARENT`, { display_name: 'The parents' });
    assert.deepEqual(Object.keys(changed.table), [
      'id',
      'table_name',
      'display_name',
      'created_at',
      'updated_at',
    ]);
    assert.equal(changed.table.display_name, 'The parents');
    assert.equal((await done('GET', `${TABLE}/parent`)).table.display_name, 'The parents');
    assert.equal((await done('PATCH', `${TABLE}/parent`, { display_name: null })).table.display_name, null);
  });

  test('keeps its id when it is renamed, and references follow its new name', async () => {
    shell('CREATE VIEW v AS SELECT parent.name FROM parent;');
    await done('PATCH', `${TABLE}/parent`, { display_name: 'Kept' });
    const original = await done('GET', `${TABLE}/parent`);
    const { table } = await done('PATCH', `${TABLE}/${original.table.id}`, { new_table_name: 'people' });
    assert.deepEqual(table, { ...original.table, table_name: 'people', updated_at: table.updated_at });
    const renamed = await done('GET', `${TABLE}/people`);
    assert.deepEqual(
      renamed.columns.map(({ id }: { id: number }) => id),
      original.columns.map(({ id }: { id: number }) => id),
    );
    assert.equal(shell('SELECT * FROM v;'), 'a');
    const { foreign_keys } = await done('GET', `${TABLE}/child`);
    assert.deepEqual(
      foreign_keys.map((key: { references_table: string }) => key.references_table),
      ['people', 'other', 'people'],
    );
    await refused('not_found', 'GET', `${TABLE}/parent`);
    assert.equal((await done('PATCH', `${TABLE}/people`, { new_table_name: 'People' })).table.id, table.id);
    const { row } = (await server.call('POST', '/projects/crm/records/People', { json: { name: 'c' } })).body
      .data;
    assert.equal(row.id, 10, 'no id is given twice');
  });

  test('cannot get a name that is taken, reserved or invalid', async () => {
    shell('CREATE VIEW v AS SELECT 1;');
    for (const new_table_name of ['child', 'CHILD', 'v', 'by_parent']) {
      await refused('already_exists', 'PATCH', `${TABLE}/parent`, { new_table_name });
    }
    for (const [json, field] of [
      [{}, 'body'],
      [{ new_table_name: 'no good' }, 'body.new_table_name'],
      [{ new_table_name: 'sqlite_x' }, 'body.new_table_name'],
      [{ display_name: '' }, 'body.display_name'],
      [{ table_name: 'x' }, 'body.table_name'],
    ] as const) {
      assert.deepEqual(fieldsAtFault(await refused('validation_failed', 'PATCH', `${TABLE}/parent`, json)), [
        field,
      ]);
    }
    await refused('not_found', 'PATCH', `${TABLE}/zzz`, { display_name: 'x' });
  });
});

describe('dropping a table', () => {
  beforeEach(() => given(SCHEMA));

  test('removes it, and a new table of its name gets another id', async () => {
    const { table } = await done('GET', `${TABLE}/child`);
    assert.deepEqual(await done('DELETE', `${TABLE}/CHILD`), { deleted: true, table_name: 'child' });
    await refused('not_found', 'DELETE', `${TABLE}/child`);
    await server.call('POST', TABLE, { json: { table_name: 'child' } });
    assert.ok((await done('GET', `${TABLE}/child`)).table.id > table.id);
  });

  test('is refused while another table references it, unless the references are dropped, too', async () => {
    const refusal = await refused('conflict', 'DELETE', `${TABLE}/parent`, { cascade: false });
    assert.equal(refusal.body.error?.message, 'The table parent is used by table child.');
    assert.deepEqual(await done('DELETE', `${TABLE}/parent`, { cascade: true }), {
      deleted: true,
      table_name: 'parent',
    });
    assert.equal(shell('SELECT * FROM child;'), '1|4|', 'the rows of the other table stay');
    const child = await done('GET', `${TABLE}/child`);
    assert.deepEqual(
      child.foreign_keys.map((key: { references_table: string }) => key.references_table),
      ['other'],
    );
    assert.equal(child.indexes[0].name, 'by_parent');
    assert.equal(shell("SELECT count(*) FROM sqlite_schema WHERE name = 'heard';"), '1');
    assert.equal((await server.call('DELETE', '/projects/crm/records/child/1')).status, 200);
  });

  test('is refused while a view or a trigger uses it, unless these are dropped, too; broken ones are kept', async () => {
    await given(`CREATE TABLE t (a); CREATE TABLE kept (a); CREATE VIEW broken AS SELECT * FROM nowhere;
      CREATE VIEW "odd: name" AS SELECT a FROM t; CREATE VIEW over AS SELECT * FROM "odd: name";
      CREATE TRIGGER i INSTEAD OF DELETE ON over BEGIN SELECT 1; END;
      CREATE TRIGGER w AFTER INSERT ON kept BEGIN INSERT INTO t VALUES (new.a); END;
      CREATE TRIGGER quiet AFTER INSERT ON kept BEGIN SELECT 1; END;`);
    const refusal = await refused('conflict', 'DELETE', `${TABLE}/t`);
    assert.match(refusal.body.error?.message ?? '', /used by .*(?:view|trigger)/);
    await done('DELETE', `${TABLE}/t`, { cascade: 1 });
    assert.equal(
      shell("SELECT group_concat(name) FROM sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY name;"),
      'broken,quiet',
    );
    assert.equal((await server.call('POST', '/projects/crm/records/kept', { json: { a: 1 } })).status, 201);
  });

  test('is refused if its module is unknown', async () => {
    await given(`PRAGMA writable_schema = ON;
      INSERT INTO sqlite_schema VALUES ('table', 'gone', 'gone', 0, 'CREATE VIRTUAL TABLE gone USING nosuch(a)');`);
    for (const [method, json] of [
      ['DELETE', {}],
      ['PATCH', { new_table_name: 'other' }],
    ] as const) {
      const answer = await refused('conflict', method, `${TABLE}/gone`, json);
      assert.match(answer.body.error?.message ?? '', /no such module: nosuch/);
    }
  });

  test('works if it references itself, is a full-text table, or has an unusual name', async () => {
    await given(`CREATE TABLE "a ""b""" (id INTEGER PRIMARY KEY, up REFERENCES "a ""b""");
      CREATE VIRTUAL TABLE search USING fts5(title); INSERT INTO search VALUES ('x');`);
    await done('PATCH', `${TABLE}/search`, { new_table_name: 'found' });
    assert.equal(shell("SELECT title FROM found WHERE found MATCH 'x';"), 'x');
    await done('DELETE', `${TABLE}/found`);
    assert.deepEqual(await done('DELETE', `${TABLE}/${encodeURIComponent('a "b"')}`), {
      deleted: true,
      table_name: 'a "b"',
    });
    assert.equal(
      shell(
        "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE '\\_rowhouse%' ESCAPE '\\' AND name NOT LIKE 'sqlite%';",
      ),
      '0',
    );
  });
});
