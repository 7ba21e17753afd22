import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { rowidNameBeside } from '../../../../schema/rowid-name.ts';
import { ALL_ROWS, exportedDatabase } from '../../../../testing/http/data-exports.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';
import { runSqliteShell } from '../../../../testing/tools/sqlite-shell.ts';
import type { DatabaseExportRequest } from '../../../project-exports.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import { readStoredSchema } from '../../introspection/read-stored-schema.ts';
import { rebuildTable } from '../../schema-changes/rebuild/rebuild-table.ts';

/** A twentieth of the runs of other properties, because each run writes a dozen files. */
const RUNS = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 160) / 20);
const SEED = process.env['PROPERTY_SEED'];

const ROWID_NAMES = ['rowid', '_rowid_', 'oid'] as const;

interface TableOfRowids {
  readonly key: 'none' | 'INTEGER' | 'INTEGER DESC' | 'TEXT';
  readonly index: 'none' | 'of all rows' | 'of some rows';
  readonly strict: boolean;
  readonly generated: boolean;
  /** The names of the rowid that columns use. */
  readonly shadowed: readonly string[];
  readonly fullText: 'none' | 'fts5' | 'fts4';
  readonly rowids: readonly bigint[];
}

const randomTables = fc.record<TableOfRowids>({
  key: fc.constantFrom('none', 'INTEGER', 'INTEGER DESC', 'TEXT'),
  index: fc.constantFrom('none', 'of all rows', 'of some rows'),
  strict: fc.boolean(),
  generated: fc.boolean(),
  shadowed: fc.subarray([...ROWID_NAMES]),
  fullText: fc.constantFrom('none', 'fts5', 'fts4'),
  rowids: fc.uniqueArray(
    fc.oneof(
      fc.bigInt({ min: -9n, max: 40n }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n),
    ),
    { maxLength: 30 },
  ),
});

/** A table whose rowids a plain VACUUM and a dump without rowids would change. */
const plain: TableOfRowids = {
  key: 'none',
  index: 'none',
  strict: false,
  generated: false,
  shadowed: [],
  fullText: 'none',
  rowids: [1n, 5n, 9n],
};
const examples: readonly TableOfRowids[] = [
  { ...plain, fullText: 'fts5' },
  { ...plain, fullText: 'fts4', rowids: [-(2n ** 63n), -5n, 0n, 2n ** 63n - 1n] },
  { ...plain, shadowed: ROWID_NAMES },
  { ...plain, key: 'TEXT' },
];

/** By name: an export request, and whether it includes all rows. */
const requests: Readonly<
  Record<string, Partial<DatabaseExportRequest> & Pick<DatabaseExportRequest, 'format'>>
> = {
  sqlite: { format: 'sqlite' },
  'sqlite of some tables': { format: 'sqlite', exclude: ['ballast'] },
  sql: { format: 'sql' },
  'sql of some tables': { format: 'sql', exclude: ['ballast'] },
  'sql in another order': { format: 'sql', rows: { t: { ...ALL_ROWS, sort: 'note', descending: true } } },
  'sql of some rows': { format: 'sql', rows: { t: { ...ALL_ROWS, limit: 7, offset: 2 } } },
};

test(`every export and every rebuild keeps the rowids of a table with any rowids (${RUNS} tables)`, async () => {
  using folder = temporaryFolder();
  let count = 0;
  const property = fc.asyncProperty(randomTables, async (table) => {
    count += 1;
    await assertRowidsStay(table, join(folder.path, String(count)));
  });
  await fc.assert(property, {
    numRuns: RUNS,
    examples: examples.map((table) => [table]),
    endOnFailure: true,
    ...(SEED !== undefined && { seed: Number(SEED) }),
  });
});

async function assertRowidsStay(table: TableOfRowids, path: string): Promise<void> {
  makeDatabase(table, path);
  const expected = rowidsOf(path);
  assert.equal(expected.length, table.rowids.length);
  for (const [name, request] of Object.entries(requests)) {
    // A rowid without a name cannot be set.
    if (request.format === 'sql' && isHidden(table)) continue;
    const { bytes } = await exportedDatabase(path, request);
    const copy = `${path}-${name.replaceAll(' ', '-')}`;
    if (request.format === 'sql') runSqliteShell(copy, bytes.toString('utf8'));
    else writeFileSync(copy, bytes);
    const rowids = rowidsOf(copy);
    if (name === 'sql of some rows') assert.deepEqual(rowids, expected.slice(2, 9), name);
    else {
      assert.deepEqual(rowids, expected, name);
      assertFullTextSound(table, copy);
    }
  }
  if (isHidden(table)) return;
  rebuild(path);
  assert.deepEqual(rowidsOf(path), expected, 'a rebuild');
  assertFullTextSound(table, path);
}

function isHidden({ shadowed, key }: TableOfRowids): boolean {
  return key !== 'INTEGER' && shadowed.length === ROWID_NAMES.length;
}

function makeDatabase(table: TableOfRowids, path: string): void {
  using database = new DatabaseSync(path);
  const { key, index, strict, generated, shadowed, fullText, rowids } = table;
  const columns = [
    {
      none: 'k TEXT',
      INTEGER: 'k INTEGER PRIMARY KEY',
      'INTEGER DESC': 'k INTEGER PRIMARY KEY DESC',
      TEXT: 'k TEXT PRIMARY KEY',
    }[key],
    'note TEXT',
    ...shadowed.map((name) => `${name} TEXT`),
    ...(generated ? ["g TEXT AS (note || 'x') STORED"] : []),
  ];
  database.exec('PRAGMA synchronous = OFF; BEGIN');
  // Created with other names first, so that a statement can set each rowid.
  database.exec(
    `CREATE TABLE t (${columns.map((column) => column.replace(SHADOWING, 'x$&')).join(', ')})${strict ? ' STRICT' : ''}`,
  );
  const insert = database.prepare('INSERT INTO t (rowid, k, note) VALUES (?, ?, ?)');
  for (const [position, rowid] of rowids.entries()) {
    const own = key === 'INTEGER DESC' ? BigInt(position) * 3n : `k${position}`;
    insert.run(rowid, key === 'INTEGER' ? rowid : own, `note ${(position * 7) % 31} ${position}`);
  }
  for (const name of shadowed) database.exec(`ALTER TABLE t RENAME COLUMN x${name} TO ${name}`);
  if (index !== 'none')
    database.exec(`CREATE INDEX i ON t (note)${index === 'of some rows' ? " WHERE note > 'note 2'" : ''}`);
  if (hasFullText(table)) {
    database.exec(
      fullText === 'fts5'
        ? "CREATE VIRTUAL TABLE words USING fts5 (note, content = 't')"
        : 'CREATE VIRTUAL TABLE words USING fts4 (content="t", note)',
    );
    database.exec("INSERT INTO words (words) VALUES ('rebuild')");
  }
  // Without this table, or without the service's own tables, the copy has free pages and is compacted.
  database.exec(
    `CREATE TABLE ballast (b); INSERT INTO ballast VALUES (zeroblob(100000));
     CREATE TABLE _rowhouse_tables (id INTEGER PRIMARY KEY, b); INSERT INTO _rowhouse_tables VALUES (1, zeroblob(50000)); COMMIT;`,
  );
}

const SHADOWING = /^(?:rowid|_rowid_|oid)\b/;

/** Full-text tables read the rows of their content table by the name `rowid`. */
function hasFullText({ fullText, shadowed }: TableOfRowids): boolean {
  return fullText !== 'none' && !shadowed.includes('rowid');
}

/** Each rowid with a text that identifies its row. If columns hide the rowid, one of them is renamed in a copy. */
function rowidsOf(path: string): readonly (readonly [string, string])[] {
  const copy = `${path}-read`;
  copyFileSync(path, copy);
  using database = new DatabaseSync(copy);
  const columns = queryRows<[string]>(database, "SELECT name FROM pragma_table_xinfo('t')");
  const free = rowidNameBeside(columns.map(([name]) => ({ name })));
  if (free === null) database.exec('ALTER TABLE t RENAME COLUMN oid TO visible');
  const rowid = free ?? 'oid';
  return queryRows(database, `SELECT CAST(${rowid} AS TEXT), note FROM t ORDER BY ${rowid}`);
}

function assertFullTextSound(table: TableOfRowids, path: string): void {
  if (!hasFullText(table)) return;
  const copy = `${path}-checked`;
  copyFileSync(path, copy);
  using database = new DatabaseSync(copy);
  database.exec(
    table.fullText === 'fts5'
      ? "INSERT INTO words (words, rank) VALUES ('integrity-check', 1)"
      : "INSERT INTO words (words) VALUES ('integrity-check')",
  );
  const [row] = queryRows<[number]>(database, "SELECT count(*) FROM words WHERE words MATCH 'note'");
  assert.equal(row?.[0], table.rowids.length);
}

function rebuild(path: string): void {
  const database = openDatabase(path, { mode: 'read-write' });
  try {
    database.exec('PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE');
    const table = readStoredSchema(database).tables.find(({ name }) => name === 't');
    assert.ok(table);
    rebuildTable(database, table, []);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}
