import { foldName } from '../identifier.ts';
import type { Index, Schema } from '../model.ts';
import { rowidAliasIn } from '../rowid-alias.ts';
import type { RenderedSchema, SchemaFormat } from './format.ts';
import { prismaDefault } from './prisma/default.ts';
import { IndexNames } from './prisma/index-names.ts';
import { type Field, type Model, readModels } from './prisma/models.ts';
import { quoteText } from './prisma/names.ts';
import { type FieldLine, relationFields } from './prisma/relation-fields.ts';
import { readRelations, type Relation } from './prisma/relations.ts';
import { lossyHeader } from './shared/lossy-header.ts';
import { besidesTables, leftOutWarnings, unreadWarning, warningAbout } from './shared/warnings.ts';

/** A schema for Prisma 7, similar to the output of `db pull`. https://www.prisma.io/docs/orm/reference/prisma-schema-reference */
export const prismaFormat: SchemaFormat = {
  name: 'prisma',
  contentType: 'text/plain; charset=utf-8',
  extension: 'prisma',
  purpose: 'The schema file of Prisma 7: models with their relations, for the Prisma client.',
  losses: [
    'views, triggers, virtual tables and CHECKs',
    'partial indexes and indexes on expressions; collations; conflict clauses; STRICT and WITHOUT ROWID',
    'foreign keys to columns that are missing, not unique or of another type; DEFERRABLE',
    'the names of constraints, and NULL in a primary key',
    'the size of integers: each is a BigInt, because SQLite integers have 64 bits',
    'columns of any type: they are Unsupported, and the Prisma client hides them',
    'tables without a key of NOT NULL columns: they are marked @@ignore, and the Prisma client omits them',
  ],
  tier: 'full',
  render: renderPrisma,
};

const HEAD = `generator client {
  provider = "prisma-client"
  output   = "../generated/prisma"
}

datasource db {
  provider = "sqlite"
}
`;

function renderPrisma(schema: Schema): RenderedSchema {
  const models = readModels(schema);
  const byTable = new Map(models.map((model) => [foldName(model.table.name), model]));
  const read = models.flatMap((model) =>
    readRelations(model, byTable).map((relation) => ({ model, relation })),
  );
  const relations = read.map(({ relation }) => relation).filter((relation) => relation.child !== null);
  const lost = read.filter(({ relation }) => relation.child === null).map(({ model }) => model);
  const fields = relationFields(models, relations);
  const indexNames = new IndexNames(models);
  const blocks = models.map((model) => modelBlock(model, fields.get(model.name) ?? [], indexNames));
  return {
    text: [lossyHeader(prismaFormat, '//'), HEAD, ...blocks].join('\n'),
    warnings: warningsAbout(schema, models, relations, lost),
  };
}

function modelBlock(model: Model, relations: readonly FieldLine[], indexNames: IndexNames): string {
  const indexes = model.table.indexes.filter((index) => isKnown(index, model));
  const attributes = indexes.map((index) => indexAttribute(index, model, indexNames));
  const single = attributes.filter((attribute) => attribute.field !== null);
  const fields = model.fields.map((field) => {
    const unique = single.filter((attribute) => attribute.field === field).map(({ text }) => text);
    return fieldLine(field, model, unique);
  });
  const idFields = primaryKeyOf(model);
  const blockAttributes = [
    ...(idFields.length > 1 ? [`@@id([${idFields.map(({ name }) => name).join(', ')}])`] : []),
    ...attributes.filter((attribute) => attribute.field === null).map(({ text }) => text),
    ...(model.name === model.table.name ? [] : [`@@map(${quoteText(model.table.name)})`]),
    ...(model.isIgnored ? ['@@ignore'] : []),
  ];
  const lines = [
    ...aligned([...fields, ...relations]),
    ...(blockAttributes.length > 0 ? ['', ...blockAttributes] : []),
  ];
  const body = lines.map((line) => (line === '' ? '\n' : `  ${line}\n`)).join('');
  return `${remarks(model)}model ${model.name} {\n${body}}\n`;
}

function remarks(model: Model): string {
  const generated = model.fields.filter(({ column }) => column.generated !== null).map(({ name }) => name);
  return (
    (model.isIgnored
      ? '/// It has no key by which Prisma could tell its rows apart, and so is not in the client.\n'
      : '') +
    (generated.length > 0 ? `/// Computed by SQLite, never to be written: ${generated.join(', ')}\n` : '')
  );
}

function fieldLine(field: Field, model: Model, unique: readonly string[]): FieldLine {
  const { column, name, type, isOptional } = field;
  const key = primaryKeyOf(model);
  const attributes = [
    ...(key.length === 1 && key[0] === field ? ['@id'] : []),
    ...unique,
    ...defaultOf(field, model),
    ...(name === column.name ? [] : [`@map(${quoteText(column.name)})`]),
  ];
  return { name, type: type + (isOptional ? '?' : ''), attributes: attributes.join(' ') };
}

function defaultOf({ column, type }: Field, model: Model): readonly string[] {
  if (column === rowidAliasIn(model.table)) return type === 'BigInt' ? ['@default(autoincrement())'] : [];
  // A default makes the field optional in the client.
  if (column.generated !== null) return ['@default(dbgenerated())'];
  const value = column.default === null ? null : prismaDefault(column.default, type);
  return value === null ? [] : [`@default(${value})`];
}

function primaryKeyOf(model: Model): readonly Field[] {
  return model.keys.find(({ kind }) => kind === 'id')?.fields ?? [];
}

/** Excludes the index of the primary key, which has another attribute, and indexes that are partial or on expressions. */
function isKnown({ origin, where, columns }: Index, model: Model): boolean {
  return origin !== 'primary_key' && where === null && columns.every((term) => fieldOf(term, model) !== null);
}

function fieldOf(term: Index['columns'][number], model: Model): Field | null {
  if (term.kind === 'expression') return null;
  const name = term.kind === 'column' ? term.name : rowidAliasIn(model.table)?.name;
  return name === undefined ? null : (model.byColumn.get(foldName(name)) ?? null);
}

/** `@unique` at a single field, or a separate line of the model. */
function indexAttribute(
  index: Index,
  model: Model,
  indexNames: IndexNames,
): { readonly field: Field | null; readonly text: string } {
  const terms = index.columns.map((term) => ({
    field: fieldOf(term, model),
    isDescending: term.order === 'DESC',
  }));
  // An index may have a column twice, with two collations.
  const columns = terms.filter(
    ({ field }, position) => terms.findIndex((term) => term.field === field) === position,
  );
  const map = indexNames.mapOf(
    index,
    model,
    columns.map(({ field }) => field?.column.name ?? ''),
  );
  const [first] = columns;
  if (index.unique && columns.length === 1 && first !== undefined && !isRepeated(index, model)) {
    const parameters = [
      ...(map === null ? [] : [`map: ${quoteText(map)}`]),
      ...(first.isDescending ? ['sort: Desc'] : []),
    ];
    return {
      field: first.field,
      text: parameters.length === 0 ? '@unique' : `@unique(${parameters.join(', ')})`,
    };
  }
  const written = columns.map(
    ({ field, isDescending }) => (field?.name ?? '') + (isDescending ? '(sort: Desc)' : ''),
  );
  const behind = map === null ? '' : `, map: ${quoteText(map)}`;
  return { field: null, text: `@@${index.unique ? 'unique' : 'index'}([${written.join(', ')}]${behind})` };
}

/** Whether an earlier index has made the field `@unique`, which is allowed once. */
function isRepeated(index: Index, model: Model): boolean {
  const fieldsOf = ({ columns }: Index): string =>
    JSON.stringify([...new Set(columns.map((term) => fieldOf(term, model)?.name))]);
  const first = model.table.indexes.find(
    (each) => each.unique && isKnown(each, model) && fieldsOf(each) === fieldsOf(index),
  );
  return first !== index;
}

/** Aligned in columns, as by `prisma format`. */
function aligned(lines: readonly FieldLine[]): readonly string[] {
  const nameWidth = Math.max(...lines.map(({ name }) => name.length));
  const typeWidth = Math.max(...lines.map(({ type }) => type.length));
  return lines.map(({ name, type, attributes }) => {
    const behind = attributes === '' ? type : `${type.padEnd(typeWidth)} ${attributes}`;
    return `${name.padEnd(nameWidth)} ${behind}`;
  });
}

function warningsAbout(
  schema: Schema,
  models: readonly Model[],
  relations: readonly Relation[],
  lost: readonly Model[],
): readonly string[] {
  const leftOut = [
    ...besidesTables(schema),
    ...models.flatMap((model) =>
      model.table.indexes
        .filter((index) => index.origin === 'create' && !isKnown(index, model))
        .map(({ name }) => ({ kind: 'index', name })),
    ),
    ...lost.map(({ table: { name } }) => ({ kind: 'foreign key of table', name })),
    ...models
      .filter(({ table }) => table.checks.length > 0)
      .map(({ table: { name } }) => ({ kind: 'check of table', name })),
  ];
  const renamed = models
    .filter((model) => isRenamed(model))
    .map(({ table: { name } }) => ({ kind: 'table', name }));
  const ignored = models
    .filter(({ isIgnored }) => isIgnored)
    .map(({ table: { name } }) => ({ kind: 'table', name }));
  const unsupported = models.flatMap(({ table, fields }) =>
    fields
      .filter(({ isSupported }) => !isSupported)
      .map(({ column }) => ({ kind: 'column', name: `${table.name}.${column.name}` })),
  );
  const changed = relations
    .filter(({ isChanged }) => isChanged)
    .map(({ child }) => ({ kind: 'table', name: child.table.name }));
  return [
    ...leftOutWarnings(leftOut),
    ...warningAbout('renamed', renamed),
    ...warningAbout('not in the client, because no key without NULL identifies the rows', ignored),
    ...warningAbout('not in the client, because the column may hold any type', unsupported),
    ...warningAbout('SET NULL is Restrict, because a column is NOT NULL', changed),
    ...unreadWarning(schema),
  ];
}

function isRenamed({ name, table, fields }: Model): boolean {
  return name !== table.name || fields.some((field) => field.name !== field.column.name);
}
