import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';

import * as fc from 'fast-check';

import { RowhouseError } from '../../../../core/errors.ts';
import { foldName, quoteIdentifier } from '../../../../schema/identifier.ts';
import {
  databaseSnapshot,
  type DatabaseSnapshot,
  type TableSnapshot,
} from '../../../../testing/databases/database-snapshot.ts';
import { Draw } from '../../../../testing/random-schema/draw.ts';
import { type RandomSchema, randomSchemas } from '../../../../testing/random-schema/random-schema.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';
import type { ColumnChange, NewColumn } from '../../../project-tables.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { changeSchema } from '../change-schema.ts';
import { changeTable } from '../tables/change-table.ts';
import { dropTable } from '../tables/drop-table.ts';
import { addColumn } from './add-column.ts';
import { changeColumns } from './change-columns.ts';
import { dropColumn } from './drop-column.ts';

/** More with PROPERTY_RUNS (`npm run test:long`); PROPERTY_SEED replays a failure that printed its seed. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 100);
const SEED = process.env['PROPERTY_SEED'];

test(`given any schema with rows, a change of a table or a column changes nothing else (${RUNS} changes)`, (context) => {
  using folder = temporaryFolder();
  const outcomes = new Map<string, number>();
  let count = 0;
  const property = fc.property(randomSchemas, fc.gen(), (schema, value) => {
    count += 1;
    const path = join(folder.path, `${count}.db`);
    const draw = new Draw(value);
    make(path, schema, draw);
    const outcome = applyChange(path, randomChange(draw, schema));
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  });
  fc.assert(property, {
    numRuns: RUNS,
    endOnFailure: true,
    ...(SEED === undefined ? {} : { seed: Number(SEED) }),
  });
  for (const [outcome, times] of outcomes) context.diagnostic(`${outcome}: ${times}`);
  for (const kind of ['change', 'add', 'drop', 'rename-table', 'drop-table']) {
    assert.ok((outcomes.get(`${kind} done`) ?? 0) > 0, `no ${kind} was done`);
  }
});

type Change =
  | { readonly kind: 'change'; readonly table: string; readonly changes: readonly ColumnChange[] }
  | { readonly kind: 'add'; readonly table: string; readonly column: NewColumn }
  | { readonly kind: 'drop'; readonly table: string; readonly column: string }
  | { readonly kind: 'rename-table'; readonly table: string; readonly name: string }
  | { readonly kind: 'drop-table'; readonly table: string; readonly cascade: boolean };

/** Rows come before triggers, which would fire for them. Rows that constraints reject are omitted. */
function make(path: string, schema: RandomSchema, draw: Draw): void {
  using database = openDatabase(path, { mode: 'read-write', doubleQuotedStrings: true });
  database.exec(
    `PRAGMA encoding = '${schema.encoding}'; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF`,
  );
  database.exec('PRAGMA ignore_check_constraints = ON; BEGIN');
  for (const statement of schema.statements.filter((each) => !isTrigger(each))) database.exec(statement);
  for (const table of schema.tables) {
    insertRows(database, table, draw);
    // Existing rows lack the column; SQLite reads its default instead.
    if (!draw.once(4)) continue;
    database.exec(`ALTER TABLE ${quoteIdentifier(table.name)} ADD COLUMN "later" TEXT DEFAULT 'was'`);
    insertRows(database, table, draw);
  }
  // Most triggers do not compile, and SQLite then refuses to rename or drop a column.
  const triggers = draw.once(2) ? [] : schema.statements.filter(isTrigger);
  for (const statement of triggers) database.exec(statement);
  if (draw.once(4)) database.exec('ANALYZE');
  database.exec('COMMIT');
}

function isTrigger(statement: string): boolean {
  return statement.startsWith('CREATE TRIGGER');
}

const VALUES: readonly (null | bigint | number | string | Uint8Array)[] = [
  null,
  0n,
  1n,
  -7n,
  2n ** 53n + 1n,
  -(2n ** 63n),
  1.5,
  2,
  Infinity,
  5e-324,
  '',
  'text',
  'a\0b',
  '007',
  '😀',
  Uint8Array.of(0, 255),
  new Uint8Array(),
];

function insertRows(
  database: ReturnType<typeof openDatabase>,
  { name, columns }: RandomSchema['tables'][number],
  draw: Draw,
): void {
  const stored = columns
    .filter(({ generated }) => generated === null)
    .map((column) => quoteIdentifier(column.name));
  const sql = `INSERT OR IGNORE INTO ${quoteIdentifier(name)} (${stored.join(', ')}) VALUES (${stored.map(() => '?').join(', ')})`;
  const insert = database.prepare(sql);
  draw.some(0, 6, () => {
    try {
      insert.run(...stored.map(() => draw.pick(VALUES)));
    } catch {
      // A rejected type, or an expression that fails for the row.
    }
  });
  if (draw.once(3)) database.exec(`DELETE FROM ${quoteIdentifier(name)} WHERE abs(random()) % 3 = 0`);
}

const TYPES = ['INTEGER', 'REAL', 'TEXT', 'BLOB', 'ANY'] as const;
const DEFAULTS: readonly unknown[] = [null, 7, 2n ** 63n - 1n, 1.5, 'text', "it's", 'AAEC', true, 'Infinity'];
const NAMES = ['plain', 'fresh', 'Fresh', 'rowid', 'later', 'select', 'x'];

const KINDS = [
  ...(['change', 'change', 'change', 'change', 'drop', 'drop', 'drop', 'drop'] as const),
  ...(['add', 'rename-table', 'drop-table'] as const),
];

function randomChange(draw: Draw, schema: RandomSchema): Change {
  const target = draw.pick(schema.tables);
  const table = target.name;
  const column = () => draw.pick(target.columns).name;
  // Most columns of most schemas are used by something and cannot be dropped.
  const droppable = target.columns
    .map(({ name }) => name)
    .filter((name) => !target.primaryKey.includes(name));
  switch (draw.pick(KINDS)) {
    case 'change':
      return { kind: 'change', table, changes: draw.some(1, 2, () => randomColumnChange(draw, column())) };
    case 'drop':
      return { kind: 'drop', table, column: droppable.length > 0 ? draw.pick(droppable) : column() };
    case 'add':
      return { kind: 'add', table, column: randomColumn(draw) };
    case 'rename-table':
      return { kind: 'rename-table', table, name: draw.pick(NAMES) };
    case 'drop-table':
      return { kind: 'drop-table', table, cascade: draw.once(2) };
  }
}

function randomColumnChange(draw: Draw, column: string): ColumnChange {
  return {
    column,
    valueFormat: 'plain',
    showsValues: true,
    ...(draw.once(3) && { name: draw.pick(NAMES) }),
    ...(draw.once(3) && { type: draw.pick(TYPES) }),
    ...(draw.once(3) && { nullable: draw.once(2) }),
    ...(draw.once(3) && { unique: draw.once(2) }),
    ...(draw.once(2) && { defaultValue: draw.pick(DEFAULTS) }),
  };
}

function randomColumn(draw: Draw): NewColumn {
  return {
    name: draw.pick(NAMES),
    type: draw.pick(TYPES),
    primary: false,
    nullable: !draw.once(3),
    unique: draw.once(3),
    defaultValue: draw.once(2) ? draw.pick(DEFAULTS) : null,
    defaultExpression: null,
  };
}

const REFUSALS: ReadonlySet<string> = new Set([
  'conflict',
  'constraint_violation',
  'validation_failed',
  'already_exists',
]);

function applyChange(path: string, change: Change): string {
  const before = snapshotOf(path);
  try {
    changeSchema(path, (database) => run(database, change));
  } catch (error) {
    if (!(error instanceof RowhouseError) || !REFUSALS.has(error.code)) throw error;
    if (error.message.startsWith('SQLite rejects it')) throw error;
    assert.deepEqual(snapshotOf(path), before, `refused with ${error.code}, and changed all the same`);
    return `${change.kind} refused: ${error.code}`;
  }
  const after = snapshotOf(path);
  try {
    assertNoNewFaults(before, after, change);
    assertChanged(before, after, change);
  } catch (error) {
    throw new Error(`after ${inspect(change, { depth: 5 })}`, { cause: error });
  }
  return `${change.kind} done`;
}

function snapshotOf(path: string): DatabaseSnapshot {
  using database = openDatabase(path, { mode: 'read-only', doubleQuotedStrings: true });
  return databaseSnapshot(database);
}

function run(database: Parameters<typeof addColumn>[0], change: Change): unknown {
  switch (change.kind) {
    case 'change':
      return changeColumns(database, change.table, change.changes);
    case 'add':
      return addColumn(database, change.table, change.column);
    case 'drop':
      return dropColumn(database, change.table, change.column);
    case 'rename-table':
      return changeTable(database, change.table, { name: change.name });
    case 'drop-table':
      return dropTable(database, change.table, change.cascade);
  }
}

/** Error messages contain table names, which a rename changes. */
function assertNoNewFaults(before: DatabaseSnapshot, after: DatabaseSnapshot, change: Change): void {
  if (change.kind === 'rename-table') {
    assert.equal(after.complaints.length, before.complaints.length);
    return;
  }
  assert.deepEqual(
    after.faults.filter((fault) => !before.faults.includes(fault)),
    [],
    'views or triggers that compiled',
  );
  if (change.kind === 'drop-table') return;
  // If one foreign key names no key of its parent, SQLite checks no foreign key of the table.
  const unchecked = before.complaints.flatMap(
    (line) => /^(.*): foreign key mismatch/s.exec(line)?.slice(1) ?? [],
  );
  const isNew = (line: string) =>
    !before.complaints.includes(line) &&
    !unchecked.some((table) =>
      [`${table}: `, JSON.stringify([table]).slice(0, -1)].some((start) => line.startsWith(start)),
    );
  assert.deepEqual(after.complaints.filter(isNew), [], 'violations that were not there');
}

function assertChanged(before: DatabaseSnapshot, after: DatabaseSnapshot, change: Change): void {
  const name = change.kind === 'rename-table' ? change.name : change.table;
  const renames = change.kind === 'rename-table' || change.kind === 'drop' || renamesColumns(change);
  for (const [table, was] of before.tables) {
    if (table === change.table) continue;
    const is = after.tables.get(table);
    // Their foreign keys follow a rename, or are dropped with the table that they reference.
    if (renames || change.kind === 'drop-table') assertSameData(is, was);
    else assert.deepEqual(is, was, table);
  }
  if (!renames && change.kind !== 'drop-table') assertSameTexts(before, after, change);
  const was = before.tables.get(change.table);
  const is = after.tables.get(name);
  if (change.kind === 'drop-table') {
    assert.equal(is, undefined);
    return;
  }
  assert.ok(was !== undefined && is !== undefined);
  assert.deepEqual(triggerOrder(after, name), triggerOrder(before, change.table));
  assertTableChanged(was, is, change);
}

/** The triggers of a table in firing order, and the names of all other triggers and of the views. */
function triggerOrder({ texts }: DatabaseSnapshot, table: string): readonly (readonly string[])[] {
  const own = texts.filter(([type, , on]) => type === 'trigger' && on === table);
  const others = texts.filter(([type, , on]) => type !== 'index' && on !== table);
  return [own, others].map((list) => list.map(([, name]) => name));
}

function renamesColumns(change: Change): boolean {
  return change.kind === 'change' && change.changes.some(({ name }) => name !== undefined);
}

function assertSameData(is: TableSnapshot | undefined, was: TableSnapshot): void {
  assert.deepEqual(is?.rows, was.rows);
  assert.deepEqual(is?.columns, was.columns);
  assert.deepEqual(is?.indexes, was.indexes);
}

/** `unique` adds and removes unique indexes; no other text changes. */
function assertSameTexts(before: DatabaseSnapshot, after: DatabaseSnapshot, change: Change): void {
  const withoutOwnIndexes = ({ texts }: DatabaseSnapshot) =>
    texts.filter(([type, , table]) => type !== 'index' || foldName(table) !== foldName(change.table));
  assert.deepEqual(withoutOwnIndexes(after), withoutOwnIndexes(before));
  if (change.kind === 'change' && change.changes.every(({ unique }) => unique === undefined)) {
    assert.deepEqual(after.texts, before.texts);
    assert.deepEqual(after.bookkeeping, before.bookkeeping);
  }
}

function assertTableChanged(was: TableSnapshot, is: TableSnapshot, change: Change): void {
  if (change.kind === 'drop') {
    const position = was.names.indexOf(change.column);
    assert.deepEqual(is.names, was.names.toSpliced(position, 1));
    assert.deepEqual(is.columns, was.columns.toSpliced(position, 1));
    assert.deepEqual(
      is.rows,
      was.rows.map((row) => row.toSpliced(position + 1, 1)),
    );
    return;
  }
  if (change.kind === 'add') {
    assert.deepEqual(is.names, [...was.names, change.column.name]);
    assert.deepEqual(is.columns.slice(0, -1), was.columns);
    assert.deepEqual(
      is.rows.map((row) => row.slice(0, -1)),
      was.rows,
    );
    return;
  }
  assert.deepEqual(withoutRowid(is, change), withoutRowid(was, change));
  if (change.kind === 'change') assertColumnsChanged(was, is, change.changes);
  else assert.deepEqual(is.columns, was.columns);
}

/** If a column is renamed to or from a name of the rowid, the rowid's name changes, but not its value. */
function withoutRowid({ rows }: TableSnapshot, change: Change): readonly (readonly unknown[])[] {
  return renamesColumns(change) ? rows.map((row) => row.slice(1)) : rows;
}

function assertColumnsChanged(was: TableSnapshot, is: TableSnapshot, changes: readonly ColumnChange[]): void {
  assert.equal(is.names.length, was.names.length);
  for (const [position, name] of was.names.entries()) {
    const change = changes.find(({ column }) => column === name);
    const [before, after] = [was.columns[position], is.columns[position]];
    assert.ok(before !== undefined && after !== undefined);
    assert.equal(is.names[position], change?.name ?? name);
    assert.deepEqual(
      { ...after, default: null, notNull: 0 },
      { ...before, default: null, notNull: 0, type: change?.type ?? before.type },
    );
    if (change?.defaultValue === undefined && change?.type === undefined)
      assert.equal(after.default, before.default);
    else if (change.defaultValue === null) assert.equal(after.default, null);
    // Whether a STRICT table reports its key as NOT NULL depends on whether it is the rowid, and so on the type.
    const notNull = change?.nullable === undefined ? before.notNull : Number(!change.nullable);
    if (after.key === 0) assert.equal(after.notNull, notNull);
    if (change?.unique !== undefined) {
      const unique = is.indexes.some(
        (index) =>
          index.unique === 1 &&
          index.partial === 0 &&
          index.terms.length === 1 &&
          index.terms[0]?.[0] === position,
      );
      const isAlias = after.key === 1 && !is.indexes.some(({ origin }) => origin === 'pk');
      assert.equal(unique || isAlias, change.unique);
    }
  }
  assert.deepEqual(indexesOfOthers(is), indexesOfOthers(was));
}

function indexesOfOthers({ indexes }: TableSnapshot): TableSnapshot['indexes'] {
  return indexes.filter(({ unique, terms }) => unique === 0 || terms.length > 1);
}
