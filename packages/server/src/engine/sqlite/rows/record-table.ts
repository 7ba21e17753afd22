import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../core/errors.ts';
import type { ValueFormat } from '../../../core/tagged-value.ts';
import { foldName, isReservedName, quoteIdentifier } from '../../../schema/identifier.ts';
import { rowidAliasIn } from '../../../schema/rowid-alias.ts';
import { rowidNameBeside } from '../../../schema/rowid-name.ts';
import { type StorageKind, storageKindOf } from '../../../schema/storage-kind.ts';
import { type ColumnFacts, primaryKeyOf, readColumns } from '../introspection/column-facts.ts';
import { readForeignKeysTo } from '../introspection/foreign-key-facts.ts';
import { incomputableColumns } from '../introspection/incomputable-columns.ts';
import { type IndexFacts, readIndexes } from '../introspection/index-facts.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { readTableFacts, type TableFacts } from '../introspection/table-facts.ts';
import { hasMetadata, nameOfTableId } from '../tables/metadata.ts';
import type { ExpressionFacts } from '../values/json-expression.ts';
import { expressionCost } from './cost/expression-cost.ts';

/** What reading and writing rows needs to know about a table or view. */
export interface RecordTable {
  /** As stored. */
  readonly name: string;
  /** The quoted name, for SQL. */
  readonly quoted: string;
  readonly kind: 'table' | 'virtual' | 'view';
  /** The visible columns in order, after the rowid if it is the key. Without those that cannot be computed. */
  readonly columns: readonly RecordColumn[];
  /** The columns of one row in an answer: all, or only the key for a client that may not read rows. */
  readonly answered: readonly RecordColumn[];
  /** The tables that an error may name: those that the client is limited to; null for all. */
  readonly namedInErrors: readonly string[] | null;
  /** Generated columns that SQLite cannot compute here, because a function or a collation is missing. */
  readonly incomputable: readonly RecordColumn[];
  /** All of them, by folded name. */
  readonly columnByName: ReadonlyMap<string, RecordColumn>;
  /** The columns that identify a row; null if there are none. */
  readonly key: readonly RecordColumn[] | null;
  /** Null for rows without a rowid, and if columns use all of its names. */
  readonly rowid: RecordColumn | null;
  /** The default order, in which no two rows are equal; null for a view, and for a table without a key and rowid. */
  readonly order: readonly RecordColumn[] | null;
  /** The columns of each PRIMARY KEY, UNIQUE constraint and unique index over the whole table. */
  readonly uniqueKeys: readonly UniqueKey[];
  readonly hasTriggers: boolean;
  /** Whether reading or writing a single row may take long. */
  readonly isCostly: boolean;
  /** Whether a row has columns that are computed with each read. */
  readonly hasVirtualColumns: boolean;
  /** The folded names of the columns that foreign keys reference. Changing them looks up rows of other tables. */
  readonly referencedColumns: ReadonlySet<string>;
}

/** Columns in which no two rows are equal. */
export interface UniqueKey {
  readonly columns: readonly RecordColumn[];
  /** How each column is compared; null for the key that is the rowid. */
  readonly collations: readonly string[] | null;
}

export interface RecordColumn {
  readonly name: string;
  /** The quoted name, for SQL. */
  readonly quoted: string;
  readonly kind: StorageKind;
  /**
   * Whether it may contain a value of any storage class and converts none. SQLite reports a view's column without a type as BLOB.
   */
  readonly mayContainAnything: boolean;
  /** Whether SQLite computes the column. Such a column cannot be written. */
  readonly generated: boolean;
  /** Determines how its values are rendered and read. */
  readonly facts: ExpressionFacts;
}

/**
 * Returns the table or view with this name, or else with this id.
 * @throws RowhouseError `not_found`; `conflict` for a table whose module is missing and for a broken view.
 */
export function readRecordTable(database: DatabaseSync, nameOrId: string, format: ValueFormat): RecordTable {
  const facts = factsByName(database, nameOrId) ?? factsById(database, nameOrId);
  if (facts === null) throw new RowhouseError('not_found', 'There is no such table.');
  const { name, kind } = facts;
  const visible = readColumnsOf(database, name).filter(({ hidden }) => !hidden);
  const indexes = readIndexes(database, name);
  const alias = kind === 'table' ? rowidAliasIn({ columns: visible, indexes }) : null;
  const declared = visible.map((column) => columnOf(column, { ...facts, alias, format }));
  const rowid = facts.withoutRowid ? null : rowidColumn(database, facts, { declared, format });
  const primary = columnsNamed(declared, primaryKeyOf(visible)) ?? [];
  const key = keyOf(facts, { declared, primary, rowid });
  const columns = key !== null && key[0] === rowid && rowid !== null ? [rowid, ...declared] : declared;
  const incomputable = columnsNamed(declared, incomputableColumns(database, name, visible)) ?? [];
  const computable =
    incomputable.length === 0 ? columns : columns.filter((column) => !incomputable.includes(column));
  return {
    name,
    quoted: `main.${quoteIdentifier(name)}`,
    kind,
    columns: computable,
    answered: computable,
    namedInErrors: null,
    incomputable,
    columnByName: new Map(columns.map((column) => [foldName(column.name), column])),
    key,
    rowid,
    order: kind === 'view' ? null : rowid === null ? key : [rowid],
    uniqueKeys: [
      ...(key === null || kind === 'view' ? [] : [{ columns: key, collations: null }]),
      ...uniqueIndexes(indexes, declared),
    ],
    hasTriggers: hasTriggers(database, name),
    isCostly: kind === 'view' || (kind === 'table' && expressionCost(database, name) === 'costly'),
    hasVirtualColumns: visible.some(({ generated }) => generated === 'virtual'),
    referencedColumns: referencedColumns(database, name),
  };
}

function factsByName(database: DatabaseSync, name: string): TableFacts | null {
  return isReservedName(name) || name.includes('\0') ? null : readTableFacts(database, name);
}

function factsById(database: DatabaseSync, id: string): TableFacts | null {
  if (!/^[1-9]\d{0,15}$/.test(id) || !hasMetadata(database)) return null;
  const name = nameOfTableId(database, id);
  return name === null ? null : factsByName(database, name);
}

function readColumnsOf(database: DatabaseSync, table: string): readonly ColumnFacts[] {
  try {
    return readColumns(database, table);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'SQLite rejects it';
    throw new RowhouseError('conflict', `${table} cannot be read here: ${reason}.`, { cause: error });
  }
}

interface ColumnContext extends TableFacts {
  /** The column that is the rowid. */
  readonly alias: ColumnFacts | null;
  readonly format: ValueFormat;
}

function columnOf(
  facts: ColumnFacts,
  { strict, kind: tableKind, alias, format }: ColumnContext,
): RecordColumn {
  const { name, declaredType } = facts;
  const kind = storageKindOf(declaredType, strict);
  const generated = facts.generated !== null;
  const hasOneType = strict && (kind === 'integer' || kind === 'real' || kind === 'text');
  const only = facts === alias ? 'integer' : hasOneType ? kind : null;
  const computed = generated || tableKind === 'view';
  const mayContainAnything = kind === 'any' || (kind === 'blob' && !strict);
  return {
    name,
    quoted: quoteIdentifier(name),
    kind,
    mayContainAnything,
    generated,
    facts: { only, computed, kind, format },
  };
}

function rowidColumn(
  database: DatabaseSync,
  { name: table, kind }: TableFacts,
  { declared, format }: { readonly declared: readonly RecordColumn[]; readonly format: ValueFormat },
): RecordColumn | null {
  if (kind === 'view') return null;
  const name = rowidNameBeside(declared);
  if (name === null || (kind === 'virtual' && !hasRowid(database, table, name))) return null;
  const facts = { only: 'integer', computed: false, kind: 'integer', format } as const;
  return { name, quoted: name, kind: 'integer', mayContainAnything: false, generated: false, facts };
}

/** A virtual table may be WITHOUT ROWID, and no PRAGMA reports it. https://www.sqlite.org/vtab.html#worid */
function hasRowid(database: DatabaseSync, table: string, rowid: string): boolean {
  try {
    database.prepare(`SELECT ${rowid} FROM main.${quoteIdentifier(table)}`);
    return true;
  } catch {
    return false;
  }
}

interface KeyCandidates {
  readonly declared: readonly RecordColumn[];
  readonly primary: readonly RecordColumn[];
  readonly rowid: RecordColumn | null;
}

/** Returns the primary key, or else the rowid. A view has neither, so its column `id` serves as the key. */
function keyOf(
  { kind }: TableFacts,
  { declared, primary, rowid }: KeyCandidates,
): readonly RecordColumn[] | null {
  if (kind === 'view') {
    const id = declared.filter(({ name }) => foldName(name) === 'id');
    return id.length === 1 ? id : null;
  }
  if (primary.length > 0) return primary;
  return rowid === null ? null : [rowid];
}

/** A partial index, or one on an expression, cannot identify a row. https://www.sqlite.org/lang_upsert.html */
function uniqueIndexes(
  indexes: readonly IndexFacts[],
  declared: readonly RecordColumn[],
): readonly UniqueKey[] {
  const usable = indexes.filter(({ unique, partial }) => unique && !partial);
  return usable.flatMap(({ terms }) => {
    const columns = columnsNamed(
      declared,
      terms.map(({ column }) => column),
    );
    return columns === null ? [] : [{ columns, collations: terms.map(({ collation }) => collation) }];
  });
}

/** Returns the columns with these names, in their order; null if one is missing. */
function columnsNamed(
  columns: readonly RecordColumn[],
  names: readonly (string | null)[],
): readonly RecordColumn[] | null {
  const named = names.map((name) => columns.find((column) => column.name === name));
  return named.every((column) => column !== undefined) ? named : null;
}

function hasTriggers(database: DatabaseSync, table: string): boolean {
  const sql =
    "SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE LIMIT 1";
  return queryRows(database, sql, [table]).length > 0;
}

function referencedColumns(database: DatabaseSync, table: string): ReadonlySet<string> {
  const foreignKeys = [...readForeignKeysTo(database, table).values()].flat();
  return new Set(foreignKeys.flatMap(({ referencedColumns: names }) => names ?? []).map(foldName));
}
