import type { OrdinaryTable, Schema } from '../model.ts';
import type { StorageKind } from '../storage-kind.ts';
import type { RenderedSchema, SchemaFormat } from './format.ts';
import { columnFacts, defaultFacts } from './shared/column-facts.ts';
import { lossyHeader } from './shared/lossy-header.ts';
import { type RowColumn, type RowObject, rowObjects } from './shared/row-objects.ts';
import { commentText, pascalCase, propertyName } from './shared/typescript-text.ts';
import { uniqueNames } from './shared/unique-names.ts';
import { closedObjects, closedWarning, unreadWarning, warningAbout } from './shared/warnings.ts';

/** Types for a client: of the rows that the API returns, and of those that it accepts. */
export const typescriptFormat: SchemaFormat = {
  name: 'typescript',
  contentType: 'application/typescript; charset=utf-8',
  extension: 'ts',
  purpose: 'The types of the rows that the API returns and accepts, for a client in TypeScript.',
  losses: [
    'indexes, triggers, collations and all constraints except NOT NULL',
    'writes through views and into virtual tables',
    'values of other types than the column’s, which a table that is not STRICT may contain',
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
  /** The prefix of the names of its types. */
  readonly typeName: string;
}

function plainTypeName(name: string): string {
  return pascalCase(name, 'Table');
}

/**
 * These types and the types of rows are type aliases instead of interfaces, so that they are assignable to `Record<string, unknown>`.
 */
const ALIASES = `/** A 64-bit integer. Beyond ±(2^53−1), a number would be rounded, so the value is a string of digits. */
export type Integer = number | string;

/** A floating-point number. JSON has no infinities, so these are strings. */
export type Real = number | 'Infinity' | '-Infinity';

/** A NUMERIC value: a number, an integer beyond ±(2^53−1) as a string of digits, or text that is not a number. */
export type Numeric = number | string;

/** Bytes in base64, with padding. */
export type Blob = string;

/** Any value except null. An integer beyond ±(2^53−1) is a string of digits, a BLOB is base64. */
export type Any = number | string;
`;

function databaseType(objects: readonly NamedObject[]): string {
  const members = objects.map(({ object: { name, table }, typeName }) => {
    const [insert, update] = table === null ? ['never', 'never'] : [`${typeName}Insert`, `${typeName}Update`];
    return `${propertyName(name)}: { row: ${typeName}Row; insert: ${insert}; update: ${update} };`;
  });
  return objectType(
    'Every table and view by its name. Views and virtual tables only have rows to read.',
    'Database',
    members,
  );
}

function typesOf({ object, typeName }: NamedObject): readonly string[] {
  const { kind, name, columns, table } = object;
  const members = columns.map((column) => {
    const comment = commentOn(columnFacts(column, table));
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
    const comment = commentOn([...columnFacts(column, table), ...defaultFacts(column)]);
    const mark = column.onInsert === 'optional' ? '?' : '';
    return `${comment}${propertyName(column.name)}${mark}: ${orNull(column, acceptedType(column))};`;
  });
  return [
    objectType(null, `${typeName}Insert`, members),
    `export type ${typeName}Update = Partial<${typeName}Insert>;\n`,
  ];
}

const SENT_TYPES: Readonly<Record<StorageKind, string>> = {
  integer: 'Integer',
  real: 'Real',
  numeric: 'Numeric',
  text: 'string',
  blob: 'Blob',
  any: 'Any',
};

function acceptedType({ kind, takesBooleans }: RowColumn): string {
  return takesBooleans ? `${SENT_TYPES[kind]} | boolean` : SENT_TYPES[kind];
}

function orNull({ nullable }: RowColumn, type: string): string {
  return nullable ? `${type} | null` : type;
}

function commentOn(facts: readonly string[]): string {
  return facts.length === 0 ? '' : `/** ${facts.map(commentText).join('. ')}. */\n  `;
}

function objectType(comment: string | null, name: string, members: readonly string[]): string {
  const documented = comment === null ? '' : `/** ${comment} */\n`;
  const body = members.length === 0 ? '{}' : `{\n  ${members.join('\n  ')}\n}`;
  return `${documented}export type ${name} = ${body};\n`;
}

function warningsAbout(schema: Schema, objects: readonly NamedObject[]): readonly string[] {
  const numbered = objects
    .filter(({ object, typeName }) => typeName !== plainTypeName(object.name))
    .map(({ object }) => object);
  return [
    ...closedWarning(closedObjects(schema)),
    ...warningAbout('types with a number after their name, because another type has the name', numbered),
    ...unreadWarning(schema),
  ];
}
