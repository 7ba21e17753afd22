import { affinityOf } from '../../../schema/affinity.ts';
import type { ColumnText, KeyText, TableText } from '../../../schema/ddl/table-text.ts';
import { foldName } from '../../../schema/identifier.ts';
import type {
  Column,
  ForeignKey,
  Index,
  KeyColumn,
  OrdinaryTable,
  PrimaryKey,
  StoredTable,
  Unique,
} from '../../../schema/model.ts';
import type { ColumnRow } from './read-columns.ts';
import type { ForeignKeyFacts } from './read-foreign-keys.ts';
import type { TableOptions } from './read-table-options.ts';
import type { UnreadObjects } from './unread-objects.ts';

/** What the PRAGMAs tell, by the name of the table. */
export interface TableFacts {
  readonly columns: ReadonlyMap<string, readonly ColumnRow[]>;
  readonly foreignKeys: ReadonlyMap<string, readonly ForeignKeyFacts[]>;
  readonly indexes: ReadonlyMap<string, readonly Index[]>;
  readonly options: ReadonlyMap<string, TableOptions>;
}

/** Joins what SQLite tells about a table with what only its text does. */
export function ordinaryTable(
  stored: StoredTable,
  facts: TableFacts,
  read: TableText | null,
  unread: UnreadObjects,
): OrdinaryTable {
  const { name, sql } = stored;
  const rows = facts.columns.get(name) ?? [];
  const foreignKeys = facts.foreignKeys.get(name) ?? [];
  const { strict, withoutRowid } = facts.options.get(name) ?? { strict: false, withoutRowid: false };
  const text = read !== null && agrees(read, rows, foreignKeys) ? read : null;
  if (read !== null && text === null)
    unread.add('table', name, 'the parts of its SQL text differ from those that SQLite reports');
  const columns = rows.map((row, position) => columnOf(row, text?.columns[position], strict));
  const byName = new Map(columns.map((column) => [foldName(column.name), column]));
  return {
    kind: 'table',
    name,
    strict,
    withoutRowid,
    autoincrement: text?.primaryKey?.autoincrement ?? false,
    columns,
    primaryKey: primaryKeyOf(columns, text, byName),
    foreignKeys: foreignKeys.map((foreignKey, position) => foreignKeyOf(foreignKey, text, position)),
    uniques: (text?.uniques ?? []).map((unique) => keyOf(unique, byName)),
    checks: text?.checks ?? [],
    indexes: facts.indexes.get(name) ?? [],
    sql,
  };
}

/** Text and PRAGMAs have to tell of the same table, or the text was misread. */
function agrees(
  text: TableText,
  rows: readonly ColumnRow[],
  foreignKeys: readonly ForeignKeyFacts[],
): boolean {
  return (
    text.columns.length === rows.length &&
    text.columns.every(({ name, generated }, position) => {
      const row = rows[position];
      return row?.[1] === name && row[6] >= VIRTUAL_COLUMN === (generated !== null);
    }) &&
    (text.primaryKey !== null) === rows.some(([, , , , , position]) => position > 0) &&
    text.foreignKeys.length === foreignKeys.length &&
    text.foreignKeys.every((foreignKey, position) => {
      const facts = foreignKeys[position];
      return facts?.referencedTable === foreignKey.referencedTable && sameNames(facts, foreignKey);
    })
  );
}

function sameNames(
  a: { readonly columns: readonly string[] },
  b: { readonly columns: readonly string[] },
): boolean {
  return (
    a.columns.length === b.columns.length &&
    a.columns.every((name, position) => foldName(name) === foldName(b.columns[position] ?? ''))
  );
}

/** The values of `hidden`. https://www.sqlite.org/pragma.html#pragma_table_xinfo */
const VIRTUAL_COLUMN = 2;
const STORED_COLUMN = 3;

function columnOf(row: ColumnRow, text: ColumnText | undefined, strict: boolean): Column {
  const [, name, declaredType, notNull, defaultSql, position, hidden] = row;
  const kind = hidden === STORED_COLUMN ? 'stored' : 'virtual';
  return {
    name,
    declaredType,
    affinity: affinityOf(declaredType, strict),
    notNull: notNull === 1,
    notNullOnConflict: text?.notNullOnConflict ?? null,
    default: defaultSql,
    primaryKeyPosition: position > 0 ? position : null,
    generated: hidden >= VIRTUAL_COLUMN ? { kind, expression: text?.generated ?? null } : null,
    collation: text?.collation ?? 'BINARY',
  };
}

function primaryKeyOf(
  columns: readonly Column[],
  text: TableText | null,
  byName: ReadonlyMap<string, Column>,
): PrimaryKey | null {
  if (text?.primaryKey) return keyOf(text.primaryKey, byName);
  const members = columns.filter((column) => column.primaryKeyPosition !== null);
  if (members.length === 0) return null;
  members.sort((a, b) => (a.primaryKeyPosition ?? 0) - (b.primaryKeyPosition ?? 0));
  const terms = members.map(({ name }) => ({ column: name, collation: null, order: 'ASC' as const }));
  return keyOf({ name: null, terms, onConflict: null }, byName);
}

function keyOf(key: KeyText, byName: ReadonlyMap<string, Column>): Unique {
  const columns = key.terms.map((term): KeyColumn => {
    const column = byName.get(foldName(term.column ?? ''));
    const name = column?.name ?? term.column ?? '';
    return { name, order: term.order, collation: term.collation ?? column?.collation ?? 'BINARY' };
  });
  return { name: key.name, columns, onConflict: key.onConflict };
}

function foreignKeyOf(facts: ForeignKeyFacts, text: TableText | null, position: number): ForeignKey {
  const { name, match, deferral } = text?.foreignKeys[position] ?? {
    name: null,
    match: null,
    deferral: 'NOT DEFERRABLE',
  };
  return { name, ...facts, match, deferral };
}
