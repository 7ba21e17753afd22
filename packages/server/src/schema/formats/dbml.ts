import { foldName } from '../identifier.ts';
import type { Column, ForeignKey, Index, OrdinaryTable, Schema } from '../model.ts';
import { isNullable } from '../nullability.ts';
import { rowidAliasIn } from '../rowid-alias.ts';
import { dbmlDefault } from './dbml/default.ts';
import { readRefs } from './dbml/refs.ts';
import { dbmlExpression, dbmlName, dbmlText, dbmlType } from './dbml/words.ts';
import type { RenderedSchema, SchemaFormat } from './format.ts';
import { lossyHeader } from './shared/lossy-header.ts';
import type { Reference } from './shared/references.ts';
import { besidesTables, leftOutWarnings, type NamedThing, unreadWarning } from './shared/warnings.ts';

/** https://dbml.dbdiagram.io/docs */
export const dbmlFormat: SchemaFormat = {
  name: 'dbml',
  contentType: 'text/plain; charset=utf-8',
  extension: 'dbml',
  purpose: 'The tables and their references, for dbdiagram.io and other tools that read DBML.',
  losses: [
    'views, triggers and virtual tables',
    'foreign keys to missing tables or columns, and DEFERRABLE',
    'collations and sort orders, conflict clauses, and the names of keys',
    'missing types: a column without a type has the type any',
  ],
  tier: 'full',
  render: renderDbml,
};

const PROJECT = `Project database {
  database_type: 'SQLite'
}
`;

function renderDbml(schema: Schema): RenderedSchema {
  const tables = schema.tables.filter((table) => table.kind === 'table');
  const omitted: NamedThing[] = [];
  const blocks = tables.map((table) => tableBlock(table, omitted));
  const { refs, lost } = readRefs(tables);
  const lines = refs.map(refLine).join('');
  const leftOut = [
    ...besidesTables(schema),
    ...omitted,
    ...lost.map(({ name }) => ({ kind: 'foreign key of table', name })),
  ];
  return {
    text: [lossyHeader(dbmlFormat, '//'), PROJECT, ...blocks, ...(lines === '' ? [] : [lines])].join('\n'),
    warnings: [...leftOutWarnings(leftOut), ...unreadWarning(schema)],
  };
}

/** Adds to `omitted` every object with an expression that DBML cannot contain. */
function tableBlock(table: OrdinaryTable, omitted: NamedThing[]): string {
  const columns = table.columns.map((column) => columnLine(column, table, omitted));
  const indexes = [
    ...primaryKeyLine(table),
    ...table.indexes.flatMap((index) => indexLine(index, table, omitted)),
  ];
  const checks = table.checks.flatMap(({ name, expression }) => {
    const sql = dbmlExpression(expression);
    if (sql === null) omitted.push({ kind: 'check of table', name: table.name });
    return sql === null
      ? []
      : [sql + settings(name === null || name === '' ? [] : [`name: ${dbmlText(name)}`])];
  });
  const lines = [
    ...columns,
    ...block('indexes', indexes),
    ...block('checks', checks),
    ...(noteOf(table) === '' ? [] : ['', `Note: ${dbmlText(noteOf(table))}`]),
  ];
  return `Table ${dbmlName(table.name)} {\n${lines.map((line) => (line === '' ? '\n' : `  ${line}\n`)).join('')}}\n`;
}

function block(word: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${word} {`, ...lines.map((line) => `  ${line}`), '}'];
}

function settings(list: readonly string[]): string {
  return list.length === 0 ? '' : ` [${list.join(', ')}]`;
}

function noteOf({ strict, withoutRowid }: OrdinaryTable): string {
  return [...(strict ? ['STRICT'] : []), ...(withoutRowid ? ['WITHOUT ROWID'] : [])].join(', ');
}

function columnLine(column: Column, table: OrdinaryTable, omitted: NamedThing[]): string {
  const key = table.primaryKey?.columns ?? [];
  const isKey = key.length === 1 && column.primaryKeyPosition !== null;
  const isUnique = table.indexes.some((index) => index.origin === 'unique' && isOf(index, column, table));
  const list = [
    ...(isKey ? ['pk'] : []),
    ...(column === rowidAliasIn(table) ? ['increment'] : []),
    ...(isNullable(table, column) || isKey ? [] : ['not null']),
    ...(isUnique ? ['unique'] : []),
    ...defaultOf(column, table, omitted),
    ...noteOfColumn(column),
  ];
  return `${dbmlName(column.name)} ${dbmlType(column.declaredType)}${settings(list)}`;
}

/** Whether the index has only this column. */
function isOf({ columns }: Index, column: Column, table: OrdinaryTable): boolean {
  return columns.every(
    (term) =>
      (term.kind === 'column' && foldName(term.name) === foldName(column.name)) ||
      (term.kind === 'rowid' && column === rowidAliasIn(table)),
  );
}

function defaultOf(column: Column, table: OrdinaryTable, omitted: NamedThing[]): readonly string[] {
  if (column.default === null) return [];
  const value = dbmlDefault(column.default);
  if (value === null) omitted.push({ kind: 'default of column', name: `${table.name}.${column.name}` });
  return value === null ? [] : [`default: ${value}`];
}

function noteOfColumn({ generated }: Column): readonly string[] {
  if (generated === null) return [];
  const expression = generated.expression === null ? '' : ` as (${generated.expression})`;
  return [`note: ${dbmlText(`generated ${generated.kind}${expression}`)}`];
}

/** A primary key of one column is a `pk` in its column. */
function primaryKeyLine({ primaryKey, columns }: OrdinaryTable): readonly string[] {
  if (primaryKey === null || primaryKey.columns.length < 2) return [];
  const names = primaryKey.columns.map(({ name }) => columnNamed(name, columns));
  return [`(${[...new Set(names)].map(dbmlName).join(', ')}) [pk]`];
}

function columnNamed(name: string, columns: readonly Column[]): string {
  return columns.find((column) => foldName(column.name) === foldName(name))?.name ?? name;
}

function indexLine(index: Index, table: OrdinaryTable, omitted: NamedThing[]): readonly string[] {
  const isSaidByColumn =
    index.origin === 'unique' && table.columns.some((column) => isOf(index, column, table));
  if (index.origin === 'primary_key' || isSaidByColumn) return [];
  const terms = index.columns.map((term) => {
    if (term.kind === 'expression') return term.expression === null ? null : dbmlExpression(term.expression);
    const name = term.kind === 'column' ? term.name : rowidAliasIn(table)?.name;
    return name === undefined ? dbmlExpression('rowid') : dbmlName(columnNamed(name, table.columns));
  });
  if (terms.includes(null)) {
    omitted.push({ kind: 'index', name: index.name });
    return [];
  }
  const list = [
    ...(index.unique ? ['unique'] : []),
    ...(index.origin === 'create' ? [`name: ${dbmlText(index.name)}`] : []),
    ...(index.where === null ? [] : [`note: ${dbmlText(`only where ${index.where}`)}`]),
  ];
  // An index may have a column twice, with two collations.
  const written = [...new Set(terms)];
  return [(written.length === 1 ? written.join('') : `(${written.join(', ')})`) + settings(list)];
}

function refLine({ foreignKey, child, parent, isOneToOne }: Reference): string {
  const { name, onDelete, onUpdate } = foreignKey;
  const own = endpoint(child.table.name, child.columns);
  const other = endpoint(parent.table.name, parent.columns);
  // In a one-to-one ref, the second end has the foreign key.
  const ends = isOneToOne ? `${other} - ${own}` : `${own} > ${other}`;
  const actions = [
    ...(onDelete === 'NO ACTION' ? [] : [`delete: ${action(onDelete)}`]),
    ...(onUpdate === 'NO ACTION' ? [] : [`update: ${action(onUpdate)}`]),
  ];
  return `Ref${name === null || name === '' ? '' : ` ${dbmlName(name)}`}: ${ends}${settings(actions)}\n`;
}

function endpoint(table: string, columns: readonly string[]): string {
  const names = columns.map(dbmlName).join(', ');
  return `${dbmlName(table)}.${columns.length === 1 ? names : `(${names})`}`;
}

function action(name: ForeignKey['onDelete']): string {
  return name.toLowerCase();
}
