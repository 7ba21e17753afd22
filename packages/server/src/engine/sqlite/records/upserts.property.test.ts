import assert from 'node:assert/strict';
import { test } from 'node:test';

import { array, assert as assertProperty, constantFrom, nat, property, record } from 'fast-check';

import { type OpenDatabase, openDatabase } from '../connection/open-database.ts';
import { recordDatabaseOf } from '../rows/record-database.ts';
import { insertRecord } from './insert-record.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 150);

/** Tables without NOT NULL and CHECK, where INSERT … ON CONFLICT checks nothing that is not stored. */
const TABLES = [
  { sql: 'CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c)', keys: [['a']] },
  { sql: 'CREATE TABLE t (a TEXT PRIMARY KEY, b ANY, c ANY) STRICT', keys: [['a']] },
  { sql: 'CREATE TABLE t (a TEXT UNIQUE COLLATE NOCASE, b, c)', keys: [['a']] },
  {
    sql: 'CREATE TABLE t (a, b, c, UNIQUE (a, b))',
    keys: [
      ['a', 'b'],
      ['b', 'a'],
    ],
  },
  { sql: 'CREATE TABLE t (a TEXT, b REAL, c, PRIMARY KEY (b, a)) WITHOUT ROWID', keys: [['a', 'b']] },
  {
    sql: 'CREATE TABLE t (a TEXT, b INTEGER UNIQUE, c); CREATE UNIQUE INDEX i ON t (a COLLATE RTRIM)',
    keys: [['a'], ['b']],
  },
  {
    sql: 'CREATE TABLE t (a TEXT, b, c); CREATE UNIQUE INDEX i ON t (a); CREATE UNIQUE INDEX j ON t (a COLLATE NOCASE)',
    keys: [['a']],
  },
  {
    sql: 'CREATE TABLE t (a TEXT, b, c); CREATE UNIQUE INDEX i ON t (a COLLATE NOCASE); CREATE UNIQUE INDEX j ON t (a)',
    keys: [['a']],
  },
  {
    sql: 'CREATE TABLE t (a TEXT PRIMARY KEY, b, c); CREATE UNIQUE INDEX i ON t (a COLLATE NOCASE)',
    keys: [['a']],
  },
  {
    sql: 'CREATE TABLE t (a TEXT COLLATE NOCASE PRIMARY KEY, b, c) WITHOUT ROWID; CREATE UNIQUE INDEX i ON t (a COLLATE RTRIM)',
    keys: [['a']],
  },
  { sql: "CREATE TABLE t (a TEXT UNIQUE DEFAULT 'd', b, c)", keys: [['a']] },
  { sql: 'CREATE TABLE t (a TEXT, b TEXT AS (lower(a)) STORED UNIQUE, c)', keys: [['b']] },
] as const;

const value = constantFrom<unknown>(null, 1, 2, '1', 'x', 'X', 'x ', 2.5, true);
const rowDraw = record({ a: value, b: value, c: value }, { requiredKeys: [] });

test('an upsert stores what INSERT … ON CONFLICT stores', () => {
  const cases = record({
    table: constantFrom(...TABLES),
    rows: array(record({ row: rowDraw, action: constantFrom('update', 'ignore'), key: nat(1) }), {
      maxLength: 8,
    }),
  });
  assertProperty(
    property(cases, ({ table, rows }) => {
      using ours = openDatabase(':memory:', { mode: 'read-write' });
      using model = openDatabase(':memory:', { mode: 'read-write' });
      for (const database of [ours, model]) database.exec(table.sql);
      for (const { row: drawn, action, key } of rows) {
        const columns = table.keys[key % table.keys.length] ?? table.keys[0];
        const given = writable(table.sql, drawn);
        if (Object.keys(given).length === 0) continue;
        const outcome = outcomeOf(() => upsert(ours, given, { columns, action }));
        const expected = outcomeOf(() => modelUpsert(model, given, columns, action));
        assert.equal(outcome, expected, JSON.stringify({ given, columns, action }));
        assert.deepEqual(contentOf(ours), contentOf(model), JSON.stringify({ given, columns, action }));
      }
    }),
    { numRuns: RUNS },
  );
});

/** A generated column cannot be written. */
function writable(sql: string, row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'b' || !sql.includes(' AS ')));
}

function upsert(
  connection: OpenDatabase,
  row: Record<string, unknown>,
  onConflict: { readonly columns: readonly string[]; readonly action: 'update' | 'ignore' },
): void {
  const database = recordDatabaseOf(connection);
  database.refresh();
  insertRecord(database, database.table('t'), { row, onConflict });
}

function modelUpsert(
  model: OpenDatabase,
  row: Record<string, unknown>,
  columns: readonly string[],
  action: string,
): void {
  const names = Object.keys(row);
  const others = names.filter((name) => !columns.includes(name));
  const changes = (others.length > 0 ? others : names).map((name) => `${name} = excluded.${name}`);
  const change = action === 'update' ? `UPDATE SET ${changes.join(', ')}` : 'NOTHING';
  const values = Object.values(row).map((each) => {
    if (typeof each === 'boolean') return each ? 1n : 0n;
    return Number.isSafeInteger(each) ? BigInt(each as number) : (each as null | string | number);
  });
  model
    .prepare(
      `INSERT INTO t (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
       ON CONFLICT (${columns.join(', ')}) DO ${change}`,
    )
    .run(...values);
}

function outcomeOf(write: () => void): 'stored' | 'refused' {
  try {
    write();
    return 'stored';
  } catch {
    return 'refused';
  }
}

function contentOf(database: OpenDatabase): readonly unknown[] {
  return database.prepare('SELECT a, typeof(a), b, typeof(b), c, typeof(c) FROM t ORDER BY a, b, c').all();
}
