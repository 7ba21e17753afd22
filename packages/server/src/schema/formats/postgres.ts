import { foldName, quoteIdentifier } from '../identifier.ts';
import type { ForeignKey, Schema } from '../model.ts';
import type { RenderedSchema, SchemaFormat } from './format.ts';
import { foreignKeyClause, type UniqueKeys } from './postgres/foreign-keys.ts';
import { type LeftOut, leftOutComment } from './postgres/left-out.ts';
import { type Plan, type PlannedTable, planTables } from './postgres/plan.ts';
import { type TableStatements, tableStatements } from './postgres/table-statements.ts';
import { lossyHeader } from './shared/lossy-header.ts';
import { leftOutWarnings, unreadWarning, warningAbout } from './shared/warnings.ts';

/**
 * Statements for PostgreSQL 15 and later. What may have a different meaning there is not translated; it is a comment in its place.
 */
export const postgresFormat: SchemaFormat = {
  name: 'postgres',
  contentType: 'application/sql; charset=utf-8',
  extension: 'sql',
  purpose: 'Statements that create the tables, keys and indexes in PostgreSQL 15 or later.',
  losses: [
    'views, triggers and virtual tables; each is shown as a comment',
    'CHECKs, defaults, generated columns and indexes whose expression may have another meaning in PostgreSQL',
    'foreign keys to columns that are missing, not unique or of another type',
    'values that do not match the declared type, and NULL in a primary key; SQLite allows both in most tables',
    'the collations NOCASE and RTRIM, conflict clauses and WITHOUT ROWID',
    'the current AUTOINCREMENT value: set it with setval() after copying rows',
    'booleans, dates and times: SQLite stores numbers and texts, so they are smallint and text',
  ],
  tier: 'full',
  render: renderPostgres,
};

function renderPostgres(schema: Schema): RenderedSchema {
  const plan = planTables(schema);
  const sequencesAreNamed = mayCollideWithSequences(schema);
  const statements = plan.tables.map((table) => tableStatements(table, plan.names, sequencesAreNamed));
  const uniqueKeys = new Map(statements.map(({ table, uniqueKeys: keys }) => [table.name, keys]));
  const foreignKeys = statements.flatMap((table) => foreignKeyStatements(table, plan, uniqueKeys));
  const others = otherObjects(schema, plan);
  const sections = [
    ...statements.map(({ sql, leftOut }) => sql + leftOut.map(leftOutComment).join('')),
    foreignKeys.map((each) => (typeof each === 'string' ? each : leftOutComment(each))).join(''),
    others.map(leftOutComment).join(''),
  ];
  const leftOut = [
    ...statements.flatMap((table) => table.leftOut),
    ...foreignKeys.filter((each) => typeof each !== 'string'),
    ...others,
  ];
  return {
    text: [
      lossyHeader(postgresFormat, '--'),
      BEGIN,
      ...sections.filter((text) => text !== ''),
      'COMMIT;\n',
    ].join('\n'),
    warnings: [...renamedWarnings(plan), ...leftOutWarnings(leftOut), ...unreadWarning(schema)],
  };
}

/** Without this setting, a backslash in a string is an escape. https://www.postgresql.org/docs/15/runtime-config-compatible.html */
const BEGIN = `BEGIN;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL standard_conforming_strings = on;
`;

/**
 * An identity column creates a sequence named `…_seq`, with a name that is free at that time; a later table or index may have that name.
 * All generated names derive from the names checked here. https://www.postgresql.org/docs/15/sql-createtable.html
 */
function mayCollideWithSequences({ tables }: Schema): boolean {
  const names = tables.flatMap((table) =>
    table.kind === 'table'
      ? [
          table,
          ...table.columns,
          ...table.indexes,
          ...table.uniques,
          ...table.foreignKeys,
          ...table.checks,
          ...(table.primaryKey === null ? [] : [table.primaryKey]),
        ].map(({ name }) => name ?? '')
      : [],
  );
  return names.some((name) => name.includes('seq'));
}

/** Foreign keys come after all tables, because they may form cycles. */
function foreignKeyStatements(
  { table, generated }: TableStatements,
  plan: Plan,
  uniqueKeys: UniqueKeys,
): readonly (string | LeftOut)[] {
  return table.table.foreignKeys.map((foreignKey) => {
    const clause = foreignKeyClause(foreignKey, table, generated, plan, uniqueKeys);
    if (clause.kind === 'left-out') {
      const text = `${written(foreignKey)} (${clause.reason})`;
      return { kind: 'foreign key of table', name: table.table.name, text };
    }
    const name = plan.names.take(foreignKey.name ?? `${table.name}_${columnsOf(foreignKey, table)}_fkey`);
    return `ALTER TABLE ${quoteIdentifier(table.name)} ADD CONSTRAINT ${quoteIdentifier(name)}\n  ${clause.sql};\n`;
  });
}

function columnsOf(foreignKey: ForeignKey, table: PlannedTable): string {
  return foreignKey.columns.map((name) => table.byName.get(foldName(name))?.name ?? name).join('_');
}

function written({ columns, referencedTable, referencedColumns }: ForeignKey): string {
  const target = referencedColumns === null ? '' : ` (${referencedColumns.map(quoteIdentifier).join(', ')})`;
  return `(${columns.map(quoteIdentifier).join(', ')}) to ${quoteIdentifier(referencedTable)}${target}`;
}

function otherObjects(schema: Schema, plan: Plan): readonly LeftOut[] {
  const virtual = schema.tables.filter((table) => table.kind === 'virtual');
  return [
    ...plan.tooWide.map(({ name }) => ({ kind: 'table', name, text: 'PostgreSQL has at most 1600 columns' })),
    ...virtual.map(({ name, sql }) => ({ kind: 'virtual table', name, text: sql })),
    ...schema.views.map(({ name, sql }) => ({ kind: 'view', name, text: sql })),
    ...schema.triggers.map(({ name, sql }) => ({ kind: 'trigger', name, text: sql })),
  ];
}

function renamedWarnings({ tables }: Plan): readonly string[] {
  const renamed = tables.flatMap((planned) => [
    ...(planned.name === planned.table.name ? [] : [{ kind: 'table', name: planned.table.name }]),
    ...planned.columns
      .filter(({ name, column }) => name !== column.name)
      .map(({ column }) => ({ kind: 'column', name: `${planned.table.name}.${column.name}` })),
  ]);
  return warningAbout('renamed for PostgreSQL', renamed);
}
