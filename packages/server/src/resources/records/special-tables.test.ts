import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { filtersQuery, type ProjectClient, startProject } from '../../testing/http/project-client.ts';
import { fieldsAtFault } from '../../testing/http/test-server.ts';

const wide = (count: number, type: string) =>
  Array.from({ length: count }, (_, index) => `c${index} ${type}`).join(', ');

let project: ProjectClient;

before(async () => {
  project = await startProject(`
    CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT);
    INSERT INTO notes VALUES (1, '{"n":1}'), (2, 'no json');
    CREATE VIEW loud AS SELECT id, upper(body) AS body FROM notes;
    CREATE TRIGGER loud_insert INSTEAD OF INSERT ON loud BEGIN INSERT INTO notes(id, body) VALUES (NEW.id, NEW.body); END;
    CREATE TRIGGER loud_update INSTEAD OF UPDATE ON loud BEGIN UPDATE notes SET body = NEW.body WHERE id = OLD.id; END;
    CREATE TRIGGER loud_delete INSTEAD OF DELETE ON loud BEGIN DELETE FROM notes WHERE id = OLD.id; END;
    CREATE VIEW plain AS SELECT id, body FROM notes;
    CREATE VIEW nameless AS SELECT body, body FROM notes;
    CREATE VIEW parsed AS SELECT id, json_extract(body, '$.n') AS n FROM notes;
    CREATE TABLE sums(id INTEGER PRIMARY KEY, a INT, twice AS (a * 2), thrice AS (a * 3) STORED UNIQUE);
    INSERT INTO sums(a) VALUES (1);
    CREATE VIRTUAL TABLE texts USING fts5(title, body);
    INSERT INTO texts VALUES ('one', 'hello world');
    CREATE VIRTUAL TABLE boxes USING rtree(id, low, high, +label);
    INSERT INTO boxes VALUES (1, 0, 1, 'first');
    CREATE TABLE counters(id INTEGER PRIMARY KEY AUTOINCREMENT, v);
    INSERT INTO counters VALUES (9223372036854775807, 'last');
    CREATE TABLE wide400(${wide(400, 'TEXT')});
    CREATE TABLE computed(a TEXT, copy TEXT AS (a), loud TEXT AS (a || '!'));
    INSERT INTO computed VALUES ('x'), ('x'), ('y');
    CREATE TABLE wide2000(${wide(2_000, 'TEXT')});
    CREATE VIEW wideview AS SELECT * FROM wide2000;
    CREATE TABLE foreigner(id INTEGER PRIMARY KEY, t TEXT COLLATE NOCASE);
    INSERT INTO foreigner VALUES (1, 'x'), (2, 'y');
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, 'NOCASE', 'klingon') WHERE name = 'foreigner';
  `);
});
after(() => project[Symbol.asyncDispose]());

describe('a view', () => {
  test('is listed, filtered, counted, and read by its id', async () => {
    const page = await project.data('GET', `records/loud?count=1&${filtersQuery({ body: 'NO JSON' })}`);
    assert.deepEqual([page.rows, page.total_count], [[{ id: 2, body: 'NO JSON' }], 1]);
    assert.deepEqual((await project.data('GET', 'records/LOUD/2')).row, { id: 2, body: 'NO JSON' });
    await project.refuse('not_found', 'GET', 'records/loud/3');
    assert.deepEqual((await project.data('GET', 'records/nameless?limit=1')).rows, [
      { body: '{"n":1}', 'body:1': '{"n":1}' },
    ]);
    await project.refuse('conflict', 'GET', 'records/nameless/1');
  });

  test('with INSTEAD OF triggers is written through them', async () => {
    assert.deepEqual((await project.data('POST', 'records/loud', { id: 5, body: 'a' })).row, {
      id: 5,
      body: 'a',
    });
    assert.equal((await project.data('PATCH', 'records/loud/5', { body: 'b' })).row.id, 5);
    const change = { data: { body: 'c' }, where: { id: 5 } };
    assert.equal((await project.data('PATCH', 'records/loud', change)).affected_rows, 1);
    assert.equal((await project.data('GET', 'records/notes/5')).row.body, 'c');
    assert.equal((await project.data('DELETE', 'records/loud', { where: { body: 'C' } })).affected_rows, 1);
    await project.refuse('not_found', 'DELETE', 'records/loud/5');
  });

  test('without INSTEAD OF triggers cannot be written', async () => {
    await project.refuse('conflict', 'POST', 'records/plain', { body: 'x' });
    await project.refuse('conflict', 'POST', 'records/plain', { rows: [{ body: 'x' }] });
    await project.refuse('conflict', 'PATCH', 'records/plain/1', { body: 'x' });
    await project.refuse('conflict', 'PATCH', 'records/plain', { data: { body: 'x' }, where: { id: 1 } });
    await project.refuse('conflict', 'DELETE', 'records/plain/1');
    await project.refuse('conflict', 'DELETE', 'records/plain', { where: { id: 1 } });
  });

  test('that fails for one row reports it, and returns the others', async () => {
    for (const path of ['parsed', 'parsed/2', 'parsed?sort=n', 'parsed?count=1']) {
      const { body } = await project.refuse('conflict', 'GET', `records/${path}`);
      assert.match(body.error?.message ?? '', /malformed JSON/);
    }
    for (let times = 0; times < 3; times++) {
      await project.refuse('conflict', 'GET', `records/parsed?${filtersQuery({ id: 2 })}`);
      const page = await project.data('GET', `records/parsed?${filtersQuery({ id: 1 })}`);
      assert.deepEqual(page.rows, [{ id: 1, n: 1 }]);
    }
    assert.deepEqual((await project.data('GET', 'records/parsed/1')).row, { id: 1, n: 1 });
  });
});

test('a list can be read after it failed once', async () => {
  const shell = `CREATE TABLE risky(id INTEGER PRIMARY KEY, n INT, m AS (abs(n)));
    INSERT INTO risky(id, n) VALUES (1, 1), (2, -9223372036854775807); PRAGMA ignore_check_constraints = ON;`;
  project.shell(shell);
  project.shell(
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'abs(n)', 'abs(n - 1)') WHERE name = 'risky';",
  );
  for (let times = 0; times < 2; times++) {
    await project.refuse('conflict', 'GET', `records/risky?sort=n&${filtersQuery({ id: 2 })}`);
    const page = await project.data('GET', `records/risky?sort=n&${filtersQuery({ id: 1 })}`);
    assert.deepEqual(page.rows, [{ id: 1, n: 1, m: 0 }]);
  }
});

test('a generated column is read, filtered, sorted and may conflict, but cannot be written', async () => {
  assert.deepEqual((await project.data('POST', 'records/sums', { a: 7 })).row, {
    id: 2,
    a: 7,
    twice: 14,
    thrice: 21,
  });
  const page = await project.data('GET', `records/sums?sort=-thrice&after=&${filtersQuery({ twice: 14 })}`);
  assert.equal(page.returned, 1);
  for (const column of ['twice', 'thrice']) {
    for (const [method, path, json, field] of [
      ['POST', 'sums', { [column]: 1 }, 'body'],
      ['PATCH', 'sums/1', { data: { [column]: 1 } }, 'body.data'],
      ['PATCH', 'sums', { data: { [column]: 1 }, where: { id: 1 } }, 'body.data'],
    ] as const) {
      const refused = await project.refuse('validation_failed', method, `records/${path}`, json);
      assert.deepEqual(fieldsAtFault(refused), [`${field}.${column}`]);
    }
  }
  const taken = await project.refuse('constraint_violation', 'POST', 'records/sums', { a: 7 });
  assert.deepEqual(fieldsAtFault(taken), ['body.thrice']);
  for (const action of ['update', 'ignore']) {
    const upsert = { a: 7, on_conflict: { columns: ['thrice'], action } };
    const answer = await project.call('POST', 'records/sums', upsert);
    assert.deepEqual([answer.status, answer.body.data.row.id], [200, 2], action);
  }
});

describe('a virtual table', () => {
  test('for full text is used like any other table, by its rowid', async () => {
    assert.deepEqual((await project.data('POST', 'records/texts', { title: 'two' })).row, {
      rowid: 2,
      title: 'two',
      body: null,
    });
    const many = await project.data('POST', 'records/texts', {
      rows: [{ title: 'a' }, { rowid: 9, title: 'b' }],
    });
    assert.deepEqual(
      many.rows.map(({ rowid }: { rowid: number }) => rowid),
      [3, 9],
    );
    assert.equal((await project.data('PATCH', 'records/texts/9', { body: 'late' })).row.body, 'late');
    assert.equal((await project.data('DELETE', 'records/texts/9')).id, '9');
    assert.equal(
      (await project.data('GET', 'records/texts?sort=-title&after=&limit=1')).rows[0].title,
      'two',
    );
    assert.equal(project.shell("SELECT rowid FROM texts WHERE texts MATCH 'hello';"), '1');
    await project.refuse('conflict', 'POST', 'records/texts', {
      title: 'x',
      on_conflict: { columns: ['rowid'], action: 'update' },
    });
    for (const column of ['texts', 'rank']) {
      await project.refuse('validation_failed', 'POST', 'records/texts', { [column]: 'x' });
    }
    await project.refuse('not_found', 'GET', 'records/texts_data');
  });

  test('for R-Tree boxes enforces its own rules', async () => {
    const made = await project.data('POST', 'records/boxes', { id: 3, low: 1, high: 2, label: 'x' });
    assert.deepEqual(made.row, { rowid: 3, id: 3, low: 1, high: 2, label: 'x' });
    await project.refuse('constraint_violation', 'POST', 'records/boxes', { id: 4, low: 2, high: 1 });
    await project.refuse('constraint_violation', 'POST', 'records/boxes', { id: 3, low: 1, high: 2 });
    assert.equal((await project.data('PATCH', 'records/boxes/3', { high: 5 })).row.high, 5);
    await project.refuse('conflict', 'PATCH', 'records/boxes/3', { id: 30 });
    assert.equal((await project.data('GET', 'records/boxes/3')).row.id, 3);
    await project.refuse('not_found', 'GET', 'records/boxes_node');
  });
});

test('a table that has used the highest id reports so, and accepts explicit ids', async () => {
  assert.equal((await project.data('GET', 'records/counters/9223372036854775807')).row.v, 'last');
  for (const json of [{ v: 'more' }, { id: null, v: 'more' }, { rows: [{ v: 'more' }] }]) {
    const { body } = await project.refuse('conflict', 'POST', 'records/counters', json);
    assert.match(body.error?.message ?? '', /largest id/);
  }
  await project.data('DELETE', 'records/counters/9223372036854775807');
  await project.refuse('conflict', 'POST', 'records/counters', { v: 'more' });
  assert.equal((await project.data('POST', 'records/counters', { id: 5, v: 'named' })).row.id, 5);
});

test('tables of 400 and 2,000 columns are written, listed and sorted', async () => {
  for (const count of [400, 2_000]) {
    const row = Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, `v${index}`]));
    const table = `records/wide${count}`;
    assert.deepEqual((await project.data('POST', table, row)).row, { rowid: 1, ...row });
    assert.equal((await project.data('PATCH', `${table}/1`, { ...row, c0: 'new' })).row.c0, 'new');
    const page = await project.data('GET', `${table}?sort=-c399,c7&after=`);
    assert.deepEqual(page.rows, [{ rowid: 1, ...row, c0: 'new' }]);
    assert.deepEqual(Object.keys(page.rows[0]).slice(1, 401), Object.keys(row).slice(0, 400));
  }
  assert.equal(Object.keys((await project.data('GET', 'records/wideview')).rows[0]).length, 2_000);
});

test('a patch of many rows names the first generated column that one of them does not show', async () => {
  const shown = { copy: 'x', loud: 'x!' };
  const where = { a: 'x' };
  assert.equal((await project.data('PATCH', 'records/computed', { data: shown, where })).affected_rows, 2);
  for (const [data, filters, field] of [
    [{ ...shown, loud: 'x' }, { where }, 'body.data.loud'],
    [shown, { allow_all: true }, 'body.data.copy'],
  ] as const) {
    const refused = await project.refuse('validation_failed', 'PATCH', 'records/computed', {
      data,
      ...filters,
    });
    assert.deepEqual(fieldsAtFault(refused), [field]);
  }
});

test('a patch of 2,000 columns may have filters with as many values as any request', async () => {
  const columns = Array.from({ length: 2_000 }, (_, index) => `c${index}`);
  const data = Object.fromEntries(columns.map((column) => [column, 'Infinity']));
  const change = async (count: number) => {
    const values = Array.from({ length: count }, (_, index) => `${index}`.padStart(8, '0'));
    const where = Array.from({ length: count / 1_000 }, (_, index) => {
      return { column: `c${index}`, op: 'in', value: values.slice(index * 1_000, (index + 1) * 1_000) };
    });
    return project.call('PATCH', 'records/wide2000', { data, where });
  };
  assert.equal((await change(12_000)).body.data.affected_rows, 0);
  assert.deepEqual(fieldsAtFault(await change(13_000)), ['body.where']);
});

test('a table with an unknown collation is read and written, and what needs the collation is refused with a clear message', async () => {
  const { row } = await project.data('POST', 'records/foreigner', { t: 'x' });
  assert.deepEqual((await project.data('GET', `records/foreigner/${row.id}`)).row, row);
  for (const query of ['?sort=t', `?${filtersQuery({ t: 'x' })}`]) {
    const { body } = await project.refuse('conflict', 'GET', `records/foreigner${query}`);
    assert.match(body.error?.message ?? '', /klingon/);
  }
  await project.refuse('conflict', 'DELETE', 'records/foreigner', { where: { t: 'x' } });
});
