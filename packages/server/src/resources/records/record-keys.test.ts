import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { quoteIdentifier } from '../../schema/identifier.ts';
import { type ProjectClient, startProject } from '../../testing/http/project-client.ts';
import { fieldsAtFault } from '../../testing/http/test-server.ts';

const LONG = 'n'.repeat(900);
const NAMES = [
  'Order Details',
  'naïve',
  '_x',
  'a"b',
  "a'b",
  'a;b',
  '100%',
  '%2525',
  'select',
  'a/b',
  'a,b',
  '-a',
  '7',
  'a?b#c',
  'a+b',
  '日本',
  String.raw`a\b`,
  '[x]',
  '`t`',
  ' lead',
  'new\nline',
  LONG,
];

let project: ProjectClient;

before(async () => {
  const tables = NAMES.map((name) => {
    const table = quoteIdentifier(name);
    return `CREATE TABLE ${table}(id INTEGER PRIMARY KEY, ${table} TEXT, u UNIQUE); INSERT INTO ${table} VALUES (1, 'v', 1);`;
  });
  project = await startProject(`
    ${tables.join('\n')}
    CREATE TABLE pairs(a TEXT, b INTEGER, v TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
    INSERT INTO pairs VALUES ('x', 1, 'plain'), ('a,b', 2, 'comma'), ('', 3, 'empty'), ('s/l', 4, 'slash'),
      ('100%', 5, 'percent'), ('日本', 6, 'unicode'), ('a' || char(0) || 'b', 7, 'nul'), ('x', -9223372036854775808, 'least');
    CREATE TABLE codes(code TEXT PRIMARY KEY, v);
    INSERT INTO codes VALUES ('007', 'text'), ('7', 'seven'), ('', 'empty'), ('a,b', 'comma'), ('1.0', 'decimal'), ('..', 'dots');
    CREATE TABLE nocase(code TEXT PRIMARY KEY COLLATE NOCASE, v);
    INSERT INTO nocase VALUES ('Abc', 1);
    CREATE TABLE loose(k INT PRIMARY KEY, v);
    INSERT INTO loose VALUES (7, 'integer'), ('abc', 'text'), (1.5, 'real'), ('0x10', 'hex');
    CREATE TABLE reals(k REAL PRIMARY KEY, v);
    INSERT INTO reals VALUES (7, 'seven'), (1.5, 'real'), (9e999, 'infinite'), ('abc', 'text');
    CREATE TABLE blobs(k BLOB PRIMARY KEY, v);
    INSERT INTO blobs VALUES (x'00ff', 'bytes'), (x'', 'none');
    CREATE TABLE untyped(k PRIMARY KEY, v);
    INSERT INTO untyped VALUES (7, 'integer'), ('abc', 'text'), ('1.5', 'version'), ('008', 'digits');
    CREATE TABLE decimals(k DECIMAL PRIMARY KEY, v);
    INSERT INTO decimals VALUES (7, 'seven'), (1.5, 'real'), ('abc', 'text'), ('0x10', 'hex'), (9e999, 'infinite');
    CREATE TABLE exact(k REAL, i INTEGER, a ANY, v TEXT, PRIMARY KEY (k, i, a)) STRICT;
    INSERT INTO exact VALUES (1.5, 7, 7, 'integer'), (1e21, -1, '007', 'digits'), (0.0, 0, x'00ff', 'bytes');
    CREATE TABLE keyless(v TEXT);
    INSERT INTO keyless VALUES ('first'), ('second');
    CREATE TABLE hidden(rowid TEXT, v TEXT);
    INSERT INTO hidden VALUES ('mine', 'x');
    CREATE TABLE placeless(rowid TEXT, _rowid_ TEXT, oid TEXT);
    INSERT INTO placeless VALUES ('a', 'b', 'c');
  `);
});
after(() => project[Symbol.asyncDispose]());

describe('a table and a column of an imported database', () => {
  for (const name of NAMES) {
    test(`can be named ${JSON.stringify(name).slice(0, 30)}`, async () => {
      const table = `records/${encodeURIComponent(name)}`;
      assert.deepEqual(await project.data('GET', `${table}/1`), {
        table: name,
        row: { id: 1, [name]: 'v', u: 1 },
      });
      const made = await project.data('POST', table, { data: { [name]: 'new' } });
      assert.deepEqual(made.row, { id: 2, [name]: 'new', u: null });
      assert.equal((await project.data('PATCH', `${table}/2`, { [name]: 'newer' })).row[name], 'newer');
      if (name !== LONG) {
        const column = encodeURIComponent(name);
        const filters = encodeURIComponent(JSON.stringify({ [name]: 'newer' }));
        const listed = await project.data(
          'GET',
          `${table}?sort=${column}&columns=${column}&filters=${filters}`,
        );
        assert.deepEqual(listed.rows, [{ [name]: 'newer' }]);
      }
      const twice = await project.refuse('constraint_violation', 'POST', table, { u: 1 });
      assert.deepEqual(fieldsAtFault(twice), ['body.u']);
      assert.deepEqual(await project.data('DELETE', `${table}/2`), { deleted: true, table: name, id: '2' });
    });
  }
});

describe('a key', () => {
  const found: readonly (readonly [path: string, value: unknown])[] = [
    ['pairs/x,1', 'plain'],
    ['pairs/a%2Cb,2', 'comma'],
    ['pairs/,3', 'empty'],
    ['pairs/s%2Fl,4', 'slash'],
    ['pairs/100%25,5', 'percent'],
    ['pairs/%E6%97%A5%E6%9C%AC,6', 'unicode'],
    ['pairs/a%00b,7', 'nul'],
    ['pairs/%78,%31', 'plain'],
    ['pairs/x,-9223372036854775808', 'least'],
    ['codes/007', 'text'],
    ['codes/7', 'seven'],
    ['codes/a,b', 'comma'],
    ['codes/a%2Cb', 'comma'],
    ['codes/1.0', 'decimal'],
    ['codes/', 'empty'],
    ['codes/7?', 'seven'],
    ['nocase/aBC', 1],
    ['loose/7', 'integer'],
    ['loose/abc', 'text'],
    ['loose/1.5', 'real'],
    ['loose/0x10', 'hex'],
    ['reals/7', 'seven'],
    ['reals/1.5', 'real'],
    ['reals/Infinity', 'infinite'],
    ['reals/abc', 'text'],
    ['reals/7.0', 'seven'],
    ['reals/15e-1', 'real'],
    ['decimals/7', 'seven'],
    ['decimals/1.50', 'real'],
    ['decimals/abc', 'text'],
    ['decimals/0x10', 'hex'],
    ['exact/1.5,7,7', 'integer'],
    ['exact/1e%2B21,-1,007', 'digits'],
    ['exact/1e21,-1,007', 'digits'],
    ['blobs/AP8=', 'bytes'],
    ['blobs/AP8%3D', 'bytes'],
    ['untyped/7', 'integer'],
    ['untyped/abc', 'text'],
    ['untyped/1.5', 'version'],
    ['untyped/008', 'digits'],
    ['keyless/2', 'second'],
    ['hidden/1', 'x'],
  ];
  for (const [path, value] of found) {
    test(`${path} finds a row`, async () => {
      assert.equal((await project.data('GET', `records/${path}`)).row.v, value);
    });
  }

  const missing = [
    'pairs/x,2',
    'pairs/x,1.0',
    'pairs/x,01',
    'pairs/x,+1',
    'pairs/x,%201',
    'pairs/X,1',
    'codes/08',
    'loose/7.0',
    'loose/07x',
    'loose/007',
    'loose/+7',
    'loose/7%20',
    'loose/-0',
    'loose/0x7',
    'loose/9223372036854775808',
    'reals/x',
    'reals/007',
    'reals/+7',
    'reals/7.',
    'reals/%207',
    'reals/0x7',
    'reals/0b111',
    'reals/1e999',
    'decimals/007',
    'decimals/+7',
    'decimals/%097',
    'decimals/1e999',
    'exact/01.5,7,7',
    'exact/1.5,07,7',
    'exact/1.5,7,07',
    'blobs/AP8',
    'blobs/zz!',
    'untyped/007',
    'untyped/8',
    'keyless/02',
    'keyless/3',
    'keyless/first',
    'hidden/mine',
  ];
  for (const path of missing) {
    test(`${path} finds no row`, async () => {
      await project.refuse('not_found', 'GET', `records/${path}`);
      await project.refuse('not_found', 'PATCH', `records/${path}`, { v: 'x' });
      await project.refuse('not_found', 'DELETE', `records/${path}`);
    });
  }

  test('of two columns requires two parts', async () => {
    for (const key of ['x', 'x,1,2', '%2C', '']) {
      const refused = await project.refuse('validation_failed', 'GET', `records/pairs/${key}`);
      assert.deepEqual(fieldsAtFault(refused), ['path.id']);
    }
  });

  test('of two columns can be changed, can conflict, and can be deleted like any other', async () => {
    await project.data('POST', 'records/pairs', { a: 'new,', b: 1, v: 'made' });
    assert.equal((await project.data('PATCH', 'records/pairs/new%2C,1', { a: 'q' })).row.a, 'q');
    const taken = await project.refuse('constraint_violation', 'PATCH', 'records/pairs/q,1', { a: 'x' });
    assert.deepEqual(fieldsAtFault(taken), ['body.a', 'body.b']);
    const half = await project.refuse('constraint_violation', 'POST', 'records/pairs', { a: 'x' });
    assert.deepEqual(fieldsAtFault(half), ['body.b']);
    const onConflict = { columns: ['b', 'A'], action: 'update' };
    const upserted = await project.data('POST', 'records/pairs', {
      a: 'q',
      b: 1,
      v: 'again',
      on_conflict: onConflict,
    });
    assert.deepEqual(upserted.row, { a: 'q', b: 1, v: 'again' });
    const deleted = await project.data('DELETE', 'records/pairs/q,1');
    assert.deepEqual(deleted, { deleted: true, table: 'pairs', id: 'q,1' });
  });
});

test('rows without a primary key have the rowid as id, under a name that no column has', async () => {
  const made = await project.data('POST', 'records/keyless', { v: 'third' });
  assert.deepEqual(made.row, { rowid: 3, v: 'third' });
  assert.deepEqual((await project.data('PATCH', 'records/keyless/3', { rowid: 30 })).row, {
    rowid: 30,
    v: 'third',
  });
  assert.equal((await project.data('DELETE', 'records/keyless/30')).deleted, true);
  const hidden = await project.data('POST', 'records/hidden', { rowid: 'text' });
  assert.deepEqual(hidden.row, { _rowid_: 2, rowid: 'text', v: null });
});

test('rows without any key can be listed, inserted, and changed by filters', async () => {
  await project.refuse('conflict', 'GET', 'records/placeless/1');
  assert.deepEqual((await project.data('POST', 'records/placeless', { oid: 'd' })).row, {
    rowid: null,
    _rowid_: null,
    oid: 'd',
  });
  const change = { data: { rowid: 'z' }, where: { oid: 'd' } };
  assert.equal((await project.data('PATCH', 'records/placeless', change)).affected_rows, 1);
  assert.equal((await project.data('GET', 'records/placeless?sort=-oid')).rows[0].rowid, 'z');
});
