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
import type { ColumnFacts } from './column-facts.ts';
import type { ForeignKeyFacts } from './foreign-key-facts.ts';
import type { TableFacts } from './table-facts.ts';
import type { UnreadObjects } from './unread-objects.ts';

/** What SQLite reports about tables, by the name of the table. */
export interface ReportedTables {
  readonly columns: ReadonlyMap<string, readonly ColumnFacts[]>;
  /** The generated columns that SQLite cannot compute here. */
  readonly incomputable: ReadonlyMap<string, readonly string[]>;
  readonly foreignKeys: ReadonlyMap<string, readonly ForeignKeyFacts[]>;
  readonly indexes: ReadonlyMap<string, readonly Index[]>;
  /** Only tables that are STRICT or WITHOUT ROWID. */
  readonly options: ReadonlyMap<string, TableFacts>;
}

/** Joins what SQLite reports about a table with what only its text states. */
export function schemaTable(
  stored: StoredTable,
  facts: ReportedTables,
  read: TableText | null,
  unread: UnreadObjects,
): OrdinaryTable {
  const { name, sql } = stored;
  const columnFacts = facts.columns.get(name) ?? [];
  const foreignKeys = facts.foreignKeys.get(name) ?? [];
  const { strict, withoutRowid } = facts.options.get(name) ?? { strict: false, withoutRowid: false };
  const text = read !== null && agrees(read, columnFacts, foreignKeys) ? read : null;
  if (read !== null && text === null)
    unread.add('table', name, 'the parts of its SQL text differ from those that SQLite reports');
  const incomputable = facts.incomputable.get(name) ?? [];
  const columns = columnFacts.map((each, position) =>
    columnOf(each, text?.columns[position], { strict, isComputable: !incomputable.includes(each.name) }),
  );
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

/** If the text and the facts differ, the text was misread. */
function agrees(
  text: TableText,
  columns: readonly ColumnFacts[],
  foreignKeys: readonly ForeignKeyFacts[],
): boolean {
  return (
    text.columns.length === columns.length &&
    text.columns.every(({ name, generated }, position) => {
      const facts = columns[position];
      return facts?.name === name && (facts.generated !== null) === (generated !== null);
    }) &&
    (text.primaryKey !== null) === columns.some(({ primaryKeyPosition }) => primaryKeyPosition !== null) &&
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

function columnOf(
  facts: ColumnFacts,
  text: ColumnText | undefined,
  { strict, isComputable }: { readonly strict: boolean; readonly isComputable: boolean },
): Column {
  const { name, declaredType, notNull, defaultSql, primaryKeyPosition, generated } = facts;
  return {
    name,
    declaredType,
    affinity: affinityOf(declaredType, strict),
    notNull,
    notNullOnConflict: text?.notNullOnConflict ?? null,
    default: defaultSql,
    primaryKeyPosition,
    generated: generated === null ? null : { kind: generated, expression: text?.generated ?? null },
    isComputable,
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
