import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../core/errors.ts';
import { foldName, isReservedName, quoteIdentifier } from '../../../schema/identifier.ts';
import { rowidNameBeside } from '../../../schema/rowid-name.ts';
import { type StorageKind, storageKindOf } from '../../../schema/storage-kind.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { hasMetadata, nameOfTableId } from '../tables/metadata.ts';
import type { ExpressionFacts } from '../values/json-expression.ts';
import { expressionCost } from './expression-cost.ts';

/** A table or a view, as far as its rows are concerned. */
export interface RecordTable {
  /** As it is stored. */
  readonly name: string;
  /** For SQL. */
  readonly quoted: string;
  readonly kind: 'table' | 'virtual' | 'view';
  /** Those that a row shows, in order; a rowid that is the key comes first. */
  readonly columns: readonly RecordColumn[];
  /** By folded name. */
  readonly columnByName: ReadonlyMap<string, RecordColumn>;
  /** What tells one row from every other; null where nothing does. */
  readonly key: readonly RecordColumn[] | null;
  /** Null where rows have none, or where no name is left to ask for it. */
  readonly rowid: RecordColumn | null;
  /** What orders rows where nothing else does, and no two share; null for a view, and where nothing tells rows apart. */
  readonly order: readonly RecordColumn[] | null;
  /** The columns of each PRIMARY KEY, UNIQUE constraint and unique index over the whole table. */
  readonly uniqueKeys: readonly (readonly RecordColumn[])[];
  readonly hasTriggers: boolean;
  /** Whether to read or to write a single row of it may take long. */
  readonly isCostly: boolean;
  /** Whether a row has columns that are computed each time that it is read. */
  readonly hasVirtualColumns: boolean;
  /** Columns, by folded name, that foreign keys refer to: to change them is to look for rows of other tables. */
  readonly referencedColumns: ReadonlySet<string>;
}

export interface RecordColumn {
  readonly name: string;
  /** For SQL. */
  readonly quoted: string;
  readonly kind: StorageKind;
  /** Computed by SQLite, and never written. */
  readonly generated: boolean;
  /** For reading it. */
  readonly facts: ExpressionFacts;
}

/**
 * Reads what is to be known of a table or view. Names come first, then ids, as everywhere.
 * @throws RowhouseError `not_found`; `conflict` for a table whose module is not here.
 */
export function readRecordTable(database: DatabaseSync, nameOrId: string): RecordTable {
  const listed = listedTable(database, nameOrId) ?? listedById(database, nameOrId);
  if (listed === null) throw new RowhouseError('not_found', 'There is no such table.');
  const { name, kind } = listed;
  const visible = readXinfo(database, name).filter(({ hidden }) => hidden !== HIDDEN);
  const declared = visible.map((row) => columnOf(row, listed));
  const rowid = listed.withoutRowid ? null : rowidColumn(database, listed, declared);
  const primary = declaredKey(visible, declared);
  const key = keyOf(listed, { declared, primary, rowid });
  const columns = key !== null && key[0] === rowid && rowid !== null ? [rowid, ...declared] : declared;
  return {
    name,
    quoted: `main.${quoteIdentifier(name)}`,
    kind,
    columns,
    columnByName: new Map(columns.map((column) => [foldName(column.name), column])),
    key,
    rowid,
    order: kind === 'view' ? null : rowid === null ? key : [rowid],
    uniqueKeys: [
      ...(key === null || kind === 'view' ? [] : [key]),
      ...uniqueIndexes(database, name, declared),
    ],
    hasTriggers: hasTriggers(database, name),
    isCostly: kind === 'view' || (kind === 'table' && expressionCost(database, name) === 'costly'),
    hasVirtualColumns: visible.some(({ hidden }) => hidden === VIRTUAL),
    referencedColumns: referencedColumns(database, name),
  };
}

/** The column of a virtual table that `SELECT *` leaves out. https://www.sqlite.org/pragma.html#pragma_table_xinfo */
const HIDDEN = 1;

/** A generated column that is not stored. */
const VIRTUAL = 2;

interface ListedTable {
  readonly name: string;
  readonly kind: RecordTable['kind'];
  readonly withoutRowid: boolean;
  readonly strict: boolean;
}

/** https://www.sqlite.org/pragma.html#pragma_table_list */
function listedTable(database: DatabaseSync, requested: string): ListedTable | null {
  if (isReservedName(requested) || requested.includes('\0')) return null;
  const [row] = queryRows<[string, string, number, number]>(
    database,
    `SELECT name, type, wr, strict FROM pragma_table_list(?) WHERE schema = 'main' AND type <> 'shadow'`,
    [requested],
  );
  if (row === undefined) return null;
  const [name, type, withoutRowid, strict] = row;
  const kind = type === 'view' || type === 'virtual' ? type : 'table';
  return { name, kind, withoutRowid: withoutRowid === 1, strict: strict === 1 };
}

function listedById(database: DatabaseSync, id: string): ListedTable | null {
  if (!/^[1-9]\d{0,15}$/.test(id) || !hasMetadata(database)) return null;
  const name = nameOfTableId(database, id);
  return name === null ? null : listedTable(database, name);
}

interface XinfoRow {
  readonly name: string;
  readonly declaredType: string;
  readonly primaryKeyPosition: number;
  readonly hidden: number;
}

function readXinfo(database: DatabaseSync, table: string): readonly XinfoRow[] {
  try {
    return queryRows<[string, string, number, number]>(
      database,
      `SELECT name, type, pk, hidden FROM pragma_table_xinfo(?, 'main') ORDER BY cid`,
      [table],
    ).map(([name, declaredType, primaryKeyPosition, hidden]) => {
      return { name, declaredType, primaryKeyPosition, hidden };
    });
  } catch (error) {
    // A module that is missing, or a view over what is not there.
    const reason = error instanceof Error ? error.message : 'SQLite rejects it';
    throw new RowhouseError('conflict', `${table} cannot be read here: ${reason}.`, { cause: error });
  }
}

/** 2 and 3 mark generated columns. https://www.sqlite.org/pragma.html#pragma_table_xinfo */
function columnOf(
  { name, declaredType, hidden }: XinfoRow,
  { strict, kind: tableKind }: ListedTable,
): RecordColumn {
  const kind = storageKindOf(declaredType, strict);
  const generated = hidden >= 2;
  const only = strict && (kind === 'integer' || kind === 'real' || kind === 'text') ? kind : null;
  const facts = { only, computed: generated || tableKind === 'view' };
  return { name, quoted: quoteIdentifier(name), kind, generated, facts };
}

function rowidColumn(
  database: DatabaseSync,
  { name: table, kind }: ListedTable,
  declared: readonly RecordColumn[],
): RecordColumn | null {
  if (kind === 'view') return null;
  const name = rowidNameBeside(declared);
  if (name === null || (kind === 'virtual' && !hasRowid(database, table, name))) return null;
  const facts = { only: 'integer', computed: false } as const;
  return { name, quoted: name, kind: 'integer', generated: false, facts };
}

/** A virtual table may be WITHOUT ROWID, and no PRAGMA says so. https://www.sqlite.org/vtab.html#worid */
function hasRowid(database: DatabaseSync, table: string, rowid: string): boolean {
  try {
    database.prepare(`SELECT ${rowid} FROM main.${quoteIdentifier(table)}`);
    return true;
  } catch {
    return false;
  }
}

/** The columns of the primary key, in its order. */
function declaredKey(rows: readonly XinfoRow[], declared: readonly RecordColumn[]): readonly RecordColumn[] {
  const primary = rows.filter(({ primaryKeyPosition }) => primaryKeyPosition > 0);
  return primary
    .toSorted((a, b) => a.primaryKeyPosition - b.primaryKeyPosition)
    .map((row) => declared[rows.indexOf(row)])
    .filter((column) => column !== undefined);
}

interface KeyCandidates {
  readonly declared: readonly RecordColumn[];
  readonly primary: readonly RecordColumn[];
  readonly rowid: RecordColumn | null;
}

/** The primary key; without one the rowid. A view has none, but one that shows an `id` can be asked by it. */
function keyOf(
  { kind }: ListedTable,
  { declared, primary, rowid }: KeyCandidates,
): readonly RecordColumn[] | null {
  if (kind === 'view') {
    const id = declared.filter(({ name }) => foldName(name) === 'id');
    return id.length === 1 ? id : null;
  }
  if (primary.length > 0) return primary;
  return rowid === null ? null : [rowid];
}

/** https://www.sqlite.org/lang_upsert.html: a partial index, or one on an expression, is none that a row can be held to. */
function uniqueIndexes(
  database: DatabaseSync,
  table: string,
  declared: readonly RecordColumn[],
): readonly (readonly RecordColumn[])[] {
  const rows = queryRows<[string, string | null]>(
    database,
    `SELECT l.name, x.name FROM pragma_index_list(?, 'main') l JOIN pragma_index_xinfo(l.name, 'main') x
     WHERE l."unique" AND NOT l.partial AND x.key ORDER BY l.seq, x.seqno`,
    [table],
  );
  const indexes = [...Map.groupBy(rows, ([index]) => index).values()];
  return indexes
    .map((index) => index.map(([, column]) => declared.find(({ name }) => name === column)))
    .filter((columns) => columns.every((column) => column !== undefined));
}

function hasTriggers(database: DatabaseSync, table: string): boolean {
  const sql =
    "SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE LIMIT 1";
  return queryRows(database, sql, [table]).length > 0;
}

/** Of a foreign key that names no columns it is the primary key. LIKE is a cheap sieve before a PRAGMA for each table. */
function referencedColumns(database: DatabaseSync, table: string): ReadonlySet<string> {
  const rows = queryRows<[string]>(
    database,
    `SELECT coalesce(f."to", p.name) FROM main.sqlite_schema m
     JOIN pragma_foreign_key_list(m.name, 'main') f ON f."table" = ?1 COLLATE NOCASE
     LEFT JOIN pragma_table_xinfo(?1, 'main') p ON f."to" IS NULL AND p.pk = f.seq + 1
     WHERE m.type = 'table' AND m.rootpage > 0 AND m.sql LIKE '%references%'`,
    [table],
  );
  return new Set(rows.map(([name]) => foldName(name ?? '')));
}
