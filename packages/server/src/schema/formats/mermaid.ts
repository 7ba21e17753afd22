import { foldName } from '../identifier.ts';
import type { Column, OrdinaryTable, Schema } from '../model.ts';
import { isNullable } from '../nullability.ts';
import type { RenderedSchema, SchemaFormat } from './format.ts';
import { attributeName, attributeType, entityName, mermaidText } from './mermaid/words.ts';
import { lossyHeader } from './shared/lossy-header.ts';
import { isUnique, readReferences, type Reference } from './shared/references.ts';
import { uniqueNames } from './shared/unique-names.ts';
import { besidesTables, leftOutWarnings, unreadWarning, warningAbout } from './shared/warnings.ts';

/** https://mermaid.js.org/syntax/entityRelationshipDiagram.html */
export const mermaidFormat: SchemaFormat = {
  name: 'mermaid',
  contentType: 'text/vnd.mermaid; charset=utf-8',
  extension: 'mmd',
  purpose: 'A diagram of the tables and their references, which GitHub and many editors render.',
  losses: [
    'views, triggers and virtual tables',
    'NOT NULL, defaults, CHECKs, indexes, and keys of several columns except the primary key',
    'foreign keys to missing tables or columns, and their actions on DELETE and UPDATE',
    'missing types: a column without a type has the type any; spaces in types and names: they are underscores, followed by the name in quotes',
  ],
  tier: 'full',
  render: renderMermaid,
};

function renderMermaid(schema: Schema): RenderedSchema {
  const tables = schema.tables.filter((table) => table.kind === 'table');
  const names = tables.map(({ name }) => name);
  const entities = uniqueNames(names, entityName, (name) => name.toLowerCase());
  const { references, lost } = readReferences(tables);
  const blocks = tables.map((table) => entityBlock(table, entities.get(table.name) ?? ''));
  const lines = references.map((reference) => referenceLine(reference, entities));
  const diagram = ['erDiagram', ...blocks, ...(lines.length === 0 ? [] : ['', ...lines])].join('\n');
  const text = `${lossyHeader(mermaidFormat, '%%')}\n${diagram}\n`;
  const leftOut = [
    ...besidesTables(schema),
    ...lost.map(({ name }) => ({ kind: 'foreign key of table', name })),
  ];
  return {
    text,
    warnings: [
      ...leftOutWarnings(leftOut),
      ...renamedWarning(tables),
      ...sizeWarning(text, references.length),
      ...unreadWarning(schema),
    ],
  };
}

function entityBlock(table: OrdinaryTable, entity: string): string {
  const names = table.columns.map(({ name }) => name);
  const attributes = uniqueNames(names, attributeName);
  const alias = entity === table.name ? '' : `["${mermaidText(table.name) || '(unnamed)'}"]`;
  const lines = table.columns.map((column) =>
    attributeLine(column, table, attributes.get(column.name) ?? ''),
  );
  return [`  ${entity}${alias} {`, ...lines.map((line) => `    ${line}`), '  }'].join('\n');
}

function attributeLine(column: Column, table: OrdinaryTable, name: string): string {
  const keys = keysOf(column, table).join(', ');
  const remarks = [
    ...(name === column.name ? [] : [mermaidText(column.name)]),
    ...(column.generated === null ? [] : ['generated']),
  ].filter((remark) => remark !== '');
  const comment = remarks.length === 0 ? '' : `"${remarks.join(', ')}"`;
  return [attributeType(column.declaredType), name, keys, comment].filter((part) => part !== '').join(' ');
}

function keysOf(column: Column, table: OrdinaryTable): readonly string[] {
  const isForeign = table.foreignKeys.some(({ columns }) =>
    columns.some((name) => foldName(name) === foldName(column.name)),
  );
  const isPrimary = column.primaryKeyPosition !== null;
  // A primary key of one column is already unique.
  const isUniqueToo =
    isUnique(table, [column.name]) && !(isPrimary && table.primaryKey?.columns.length === 1);
  return [...(isPrimary ? ['PK'] : []), ...(isForeign ? ['FK'] : []), ...(isUniqueToo ? ['UK'] : [])];
}

/**
 * A line goes from exactly one row of the parent, or at most one if the foreign key may be NULL, to any number of rows of the child, or
 * at most one. The line is solid if the foreign key is part of the child's primary key.
 */
function referenceLine(
  { child, parent, isOneToOne }: Reference,
  entities: ReadonlyMap<string, string>,
): string {
  const columns = child.table.columns.filter(({ name }) => child.columns.includes(name));
  const parentEnd = columns.some((column) => isNullable(child.table, column)) ? '|o' : '||';
  const line = columns.every((column) => column.primaryKeyPosition !== null) ? '--' : '..';
  const childEnd = isOneToOne ? 'o|' : 'o{';
  const label = mermaidText(child.columns.join(', ')) || '(unnamed)';
  const [from, to] = [parent, child].map(({ table }) => entities.get(table.name) ?? '');
  return `  ${from} ${parentEnd}${line}${childEnd} ${to} : "${label}"`;
}

function renamedWarning(tables: readonly OrdinaryTable[]): readonly string[] {
  const renamed = tables.flatMap((table) =>
    table.columns
      .filter(({ name }) => attributeName(name) !== name)
      .map(({ name }) => ({ kind: 'column', name: `${table.name}.${name}` })),
  );
  return warningAbout('followed by their name in quotes', renamed);
}

/** Mermaid's default limit of text. https://mermaid.js.org/config/schema-docs/config.html */
const MAXIMUM_TEXT_LENGTH = 50_000;
const MAXIMUM_LINES = 500;

function sizeWarning(text: string, lines: number): readonly string[] {
  if (text.length <= MAXIMUM_TEXT_LENGTH && lines <= MAXIMUM_LINES) return [];
  return [
    `too big to render with the default limits, ${MAXIMUM_TEXT_LENGTH} characters and ${MAXIMUM_LINES} lines between tables`,
  ];
}
