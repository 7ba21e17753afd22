import type { OrdinaryTable, Schema } from '../model.ts';
import { viewColumnCode } from './drizzle/column-code.ts';
import { Imports } from './drizzle/imports.ts';
import { type ModuleNames, namesOf, type NamedView } from './drizzle/names.ts';
import { referencesOf } from './drizzle/references.ts';
import { tableCode } from './drizzle/table-code.ts';
import type { RenderedSchema, SchemaFormat } from './format.ts';
import { lossyHeader } from './shared/lossy-header.ts';
import { stringLiteral } from './shared/typescript-text.ts';
import {
  closedObjects,
  closedWarning,
  type NamedThing,
  unreadWarning,
  virtualTables,
  warningAbout,
} from './shared/warnings.ts';

/** A module for drizzle-orm. https://orm.drizzle.team/docs/sql-schema-declaration */
export const drizzleFormat: SchemaFormat = {
  name: 'drizzle',
  contentType: 'application/typescript; charset=utf-8',
  extension: 'ts',
  purpose: 'The tables and views as a module for Drizzle ORM, to query the database file in TypeScript.',
  losses: [
    'STRICT, WITHOUT ROWID, collations, conflict clauses and DEFERRABLE',
    'declared types other than integer, real, text, numeric and blob',
    'integers beyond ±(2^53−1): Drizzle reads an integer as a number',
    'the name of an INTEGER PRIMARY KEY, and NULL in other primary keys',
    'the statements of views, virtual tables and triggers',
  ],
  tier: 'full',
  render: renderDrizzle,
};

function renderDrizzle(schema: Schema): RenderedSchema {
  const names = namesOf(schema);
  const imports = new Imports();
  const references = referencesOf(names);
  const tables = [...references].map(([named, own]) => tableCode(imports, named, own));
  const views = names.views.map((named) => viewCode(imports, named));
  const head = `${lossyHeader(drizzleFormat, '//')}\n${imports.toString()}`;
  return { text: [head, ...tables, ...views].join('\n'), warnings: warningsAbout(schema, names, references) };
}

function viewCode(imports: Imports, { view, variable, columns }: NamedView): string {
  const lines = columns.map(([key, { name, declaredType }]) => {
    return `  ${key}: ${viewColumnCode(imports, name, declaredType)},\n`;
  });
  const head = `export const ${variable} = ${imports.core('sqliteView')}(${stringLiteral(view.name)}, {\n`;
  return `${head}${lines.join('')}}).existing();\n`;
}

function warningsAbout(
  schema: Schema,
  names: ModuleNames,
  references: ReturnType<typeof referencesOf>,
): readonly string[] {
  const tables = [...names.tables.values()].map(({ table }) => table);
  const numbered = [...names.tables.values(), ...names.views].filter(({ isNumbered }) => isNumbered);
  const losing = [...references].filter(([{ table }, own]) => own.length < table.foreignKeys.length);
  return [
    ...warningAbout('omitted, because Drizzle has no virtual tables', virtualTables(schema)),
    ...closedWarning(closedObjects(schema).filter(({ kind }) => kind === 'view')),
    ...warningAbout(
      'triggers are omitted',
      schema.triggers.map(({ name }) => ({ kind: 'trigger', name })),
    ),
    ...warningAbout(
      'foreign keys to missing tables or columns are omitted',
      losing.map(([{ table }]) => asNamed(table)),
    ),
    ...PARTS_LOST.flatMap(([what, isIn]) => warningAbout(what, tables.filter(isIn).map(asNamed))),
    ...warningAbout(
      'constants with a number after their name, because another constant has the name',
      numbered.map((named) =>
        'table' in named ? asNamed(named.table) : { kind: 'view', name: named.view.name },
      ),
    ),
    ...unreadWarning(schema),
  ];
}

function asNamed({ kind, name }: OrdinaryTable): NamedThing {
  return { kind, name };
}

const PARTS_LOST: readonly (readonly [what: string, isIn: (table: OrdinaryTable) => boolean])[] = [
  ['STRICT and WITHOUT ROWID are omitted', ({ strict, withoutRowid }) => strict || withoutRowid],
  ['collations of columns are omitted', ({ columns }) => columns.some((each) => each.collation !== 'BINARY')],
  [
    'conflict clauses are omitted',
    ({ columns, primaryKey, uniques }) =>
      columns.some((column) => column.notNullOnConflict !== null) ||
      [primaryKey, ...uniques].some((key) => key !== null && key.onConflict !== null),
  ],
  [
    'foreign keys are not deferred',
    ({ foreignKeys }) => foreignKeys.some(({ deferral }) => deferral !== 'NOT DEFERRABLE'),
  ],
  [
    'Drizzle uses the property name for a column with an empty name',
    ({ columns }) => columns.some(({ name }) => name === ''),
  ],
];
