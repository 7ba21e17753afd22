import { foldName, includesName } from '../identifier.ts';
import type { ForeignKey, Generated, OrdinaryTable, Schema } from '../model.ts';
import { nameList } from '../name-list.ts';
import { closedObjects } from './closed-objects.ts';
import type { RenderedSchema, SchemaFormat } from './format.ts';
import { lossyHeader } from './lossy-header.ts';
import { type RowColumn, type RowObject, rowObjects, type ValueKind } from './row-objects.ts';
import { commentText, pascalCase, propertyName } from './typescript-text.ts';
import { uniqueNames } from './unique-names.ts';

/** The types of a client: of the rows that the API sends, and of those that it takes. */
export const typescriptFormat: SchemaFormat = {
  name: 'typescript',
  contentType: 'application/typescript; charset=utf-8',
  extension: 'ts',
  purpose: 'The types of the rows that the API sends and takes, for a client in TypeScript.',
  losses: [
    'indexes, triggers, collations and all constraints except NOT NULL',
    'what can be written through views and into virtual tables',
    'that a table that is not STRICT may hold values of other types than its columns have',
  ],
  tier: 'full',
  render: renderTypescript,
};

function renderTypescript(schema: Schema): RenderedSchema {
  const objects = rowObjects(schema);
  const typeNames = uniqueNames(
    objects.map(({ name }) => name),
    plainTypeName,
  );
  const named = objects.map((object) => ({
    object,
    typeName: typeNames.get(object.name) ?? plainTypeName(object.name),
  }));
  const header = lossyHeader(typescriptFormat, '//');
  const types = named.flatMap((object) => typesOf(object));
  return {
    text: [header, ALIASES, databaseType(named), ...types].join('\n'),
    warnings: warningsAbout(schema, named),
  };
}

interface NamedObject {
  readonly object: RowObject;
  /** What the names of its types begin with. */
  readonly typeName: string;
}

function plainTypeName(name: string): string {
  return pascalCase(name, 'Table');
}

/**
 * These, and the types of rows, are type aliases and no interfaces, so that they can be given to what takes a
 * `Record<string, unknown>`.
 */
const ALIASES = `/** An integer of 64 bits: beyond ±(2^53−1), where a number would be rounded, its digits as a string. */
export type Integer = number | string;

/** A floating point number; JSON has no infinities, so these are words. */
export type Real = number | 'Infinity' | '-Infinity';

/** What NUMERIC keeps: numbers, an integer beyond ±(2^53−1) as its digits, and text that is no number. */
export type Numeric = number | string;

/** Bytes in base64, with padding. */
export type Blob = string;

/** Any value but null: an integer beyond ±(2^53−1) is its digits, a BLOB is base64. */
export type Any = number | string;
`;

function databaseType(objects: readonly NamedObject[]): string {
  const members = objects.map(({ object: { name, table }, typeName }) => {
    const [insert, update] = table === null ? ['never', 'never'] : [`${typeName}Insert`, `${typeName}Update`];
    return `${propertyName(name)}: { row: ${typeName}Row; insert: ${insert}; update: ${update} };`;
  });
  return objectType(
    'Every table and view by its name; for views and virtual tables there are only rows to read.',
    'Database',
    members,
  );
}

function typesOf({ object, typeName }: NamedObject): readonly string[] {
  const { kind, name, columns, table } = object;
  const members = columns.map((column) => {
    const comment = commentOn(columnFacts(table, column));
    return `${comment}${propertyName(column.name)}: ${orNull(column, SENT_TYPES[column.kind])};`;
  });
  const strictly = table?.strict === true ? ', which is STRICT' : '';
  const row = objectType(`A row of the ${kind} ${commentText(name)}${strictly}.`, `${typeName}Row`, members);
  return table === null ? [row] : [row, ...writtenTypes(typeName, columns, table)];
}

function writtenTypes(
  typeName: string,
  columns: readonly RowColumn[],
  table: OrdinaryTable,
): readonly string[] {
  const written = columns.filter(({ onInsert }) => onInsert !== 'never');
  const members = written.map((column) => {
    const comment = commentOn([...columnFacts(table, column), ...defaultFact(column)]);
    const mark = column.onInsert === 'optional' ? '?' : '';
    return `${comment}${propertyName(column.name)}${mark}: ${orNull(column, takenType(table, column))};`;
  });
  return [
    objectType(null, `${typeName}Insert`, members),
    `export type ${typeName}Update = Partial<${typeName}Insert>;\n`,
  ];
}

const SENT_TYPES: Readonly<Record<ValueKind, string>> = {
  integer: 'Integer',
  real: 'Real',
  numeric: 'Numeric',
  text: 'string',
  blob: 'Blob',
  any: 'Any',
};

/** The API stores true and false as 1 and 0 in any column; here they are for those that may be meant for them. */
function takenType(table: OrdinaryTable, column: RowColumn): string {
  const type = SENT_TYPES[column.kind];
  return mayBeBoolean(table, column) ? `${type} | boolean` : type;
}

function mayBeBoolean(table: OrdinaryTable, { kind, column }: RowColumn): boolean {
  if (kind === 'any') return true;
  if (column === null || column.primaryKeyPosition !== null) return false;
  if (table.foreignKeys.some(({ columns }) => includesName(columns, column.name))) return false;
  return kind === 'integer' || /BOOL/i.test(column.declaredType);
}

function orNull({ nullable }: RowColumn, type: string): string {
  return nullable ? `${type} | null` : type;
}

function columnFacts(table: OrdinaryTable | null, { column, name }: RowColumn): readonly string[] {
  if (table === null || column === null) return [];
  const { generated, primaryKeyPosition } = column;
  const facts = primaryKeyPosition === null ? [] : ['Primary key'];
  for (const foreignKey of table.foreignKeys) facts.push(...reference(foreignKey, name));
  if (generated !== null) facts.push(generatedFact(generated));
  return facts;
}

function reference(
  { columns, referencedTable, referencedColumns }: ForeignKey,
  name: string,
): readonly string[] {
  const position = columns.findIndex((column) => foldName(column) === foldName(name));
  if (position === -1) return [];
  const column = referencedColumns?.[position];
  return [
    `References ${commentText(referencedTable)}${column === undefined ? '' : `.${commentText(column)}`}`,
  ];
}

function generatedFact({ kind, expression }: Generated): string {
  return `Generated (${kind})${expression === null ? '' : `: ${commentText(expression)}`}`;
}

function defaultFact({ column }: RowColumn): readonly string[] {
  return column === null || column.default === null ? [] : [`Default: ${commentText(column.default)}`];
}

function commentOn(facts: readonly string[]): string {
  return facts.length === 0 ? '' : `/** ${facts.join('. ')}. */\n  `;
}

function objectType(comment: string | null, name: string, members: readonly string[]): string {
  const documented = comment === null ? '' : `/** ${comment} */\n`;
  const body = members.length === 0 ? '{}' : `{\n  ${members.join('\n  ')}\n}`;
  return `${documented}export type ${name} = ${body};\n`;
}

function warningsAbout(schema: Schema, objects: readonly NamedObject[]): readonly string[] {
  const warnings: string[] = [];
  const closed = closedObjects(schema);
  if (closed.length > 0) warnings.push(`left out, as SQLite cannot tell their columns: ${nameList(closed)}`);
  const numbered = objects
    .filter(({ object, typeName }) => typeName !== plainTypeName(object.name))
    .map(({ object }) => object);
  if (numbered.length > 0) {
    warnings.push(`the types have a number behind their name, as another has it: ${nameList(numbered)}`);
  }
  return warnings;
}
