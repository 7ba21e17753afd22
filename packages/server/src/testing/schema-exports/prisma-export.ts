import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';

import { renderSchemaExport } from '../../engine/sqlite/exports/schema/render-schema.ts';
import { readSchema } from '../../engine/sqlite/introspection/read-schema.ts';
import { prismaFormat } from '../../schema/formats/prisma.ts';
import { foldName } from '../../schema/identifier.ts';
import type { OrdinaryTable } from '../../schema/model.ts';
import { type PrismaField, type PrismaModel, readPrismaSchema } from '../tools/prisma-schema.ts';

export function read(database: DatabaseSync): readonly PrismaModel[] {
  const { text } = renderSchemaExport(database, prismaFormat);
  assert.equal(text, renderSchemaExport(database, prismaFormat).text);
  return readPrismaSchema(text);
}

/** Whether the field is on the side of the foreign key. */
export function holdsKey({ relationFromFields }: PrismaField): boolean {
  return (relationFromFields?.length ?? 0) > 0;
}

/** Compares Prisma's result with the model; it does not contain ignored models. */
export function assertSays(database: DatabaseSync): void {
  const tables = readSchema(database).tables.filter((table) => table.kind === 'table');
  const { text } = renderSchemaExport(database, prismaFormat);
  const models = new Map(read(database).map((each) => [each.dbName ?? each.name, each]));
  assert.deepEqual(
    [...models.keys()],
    tables.filter((table) => hasKey(table)).map(({ name }) => name),
  );
  assert.equal(text.match(/^model /gm)?.length ?? 0, tables.length);
  for (const table of tables) {
    const found = models.get(table.name);
    if (found !== undefined) assertModelSays(found, table, tables);
  }
}

/** Whether there is a key of supported columns that are never NULL. */
function hasKey(table: OrdinaryTable): boolean {
  return (
    table.indexes.some((index) => {
      const columns = index.columns.map((term) => columnOf(table, term.kind === 'column' ? term.name : ''));
      const isReadable = columns.every(
        (column) => column === undefined || kindOf(column.declaredType) !== null,
      );
      const isRequired = columns.every(
        (column) =>
          column === undefined ||
          column.notNull ||
          column.primaryKeyPosition !== null ||
          isAlias(table, column.name),
      );
      const isWhole = index.where === null && index.columns.every((term) => term.kind !== 'expression');
      return index.unique && isWhole && isReadable && isRequired;
    }) || table.columns.some(({ name }) => isAlias(table, name))
  );
}

function isAlias(table: OrdinaryTable, name: string): boolean {
  return (
    columnOf(table, name)?.primaryKeyPosition === 1 &&
    !table.indexes.some(({ origin }) => origin === 'primary_key')
  );
}

function columnOf({ columns }: OrdinaryTable, name: string): OrdinaryTable['columns'][number] | undefined {
  return columns.find((column) => foldName(column.name) === foldName(name));
}

function kindOf(declaredType: string): string | null {
  const types: Readonly<Record<string, string>> = {
    INT: 'BigInt',
    INTEGER: 'BigInt',
    'UNSIGNED BIG INT': 'BigInt',
    BIGINT: 'BigInt',
    'TINYINT(1)': 'BigInt',
    TEXT: 'String',
    'VARCHAR(10)': 'String',
    'VARCHAR(120)': 'String',
    'CHARACTER(20)': 'String',
    'VARYING CHARACTER (255)': 'String',
    REAL: 'Float',
    FLOAT: 'Float',
    'DOUBLE PRECISION': 'Float',
    BLOB: 'Bytes',
    NUMERIC: 'Decimal',
    'DECIMAL(10,2)': 'Decimal',
    'DECIMAL(10,-2)': 'Decimal',
    'DECIMAL(10, -2)': 'Decimal',
    'DECIMAL(4,2)': 'Decimal',
    'DECIMAL(2000,2)': 'Decimal',
    DATETIME: 'DateTime',
    DATE: 'DateTime',
    TIMESTAMP: 'DateTime',
    BOOLEAN: 'Boolean',
    JSON: 'Json',
  };
  return types[declaredType.replaceAll(/\s*\/\*.*?\*\/|\s*--.*/gs, '')] ?? null;
}

function assertModelSays(found: PrismaModel, table: OrdinaryTable, tables: readonly OrdinaryTable[]): void {
  const scalars = found.fields.filter(({ kind }) => kind === 'scalar');
  assert.deepEqual(
    scalars.map(({ name, dbName, type, isRequired }) => ({ name: dbName ?? name, type, isRequired })),
    // Prisma's result does not contain fields that are Unsupported.
    table.columns
      .map(({ name, declaredType, notNull, primaryKeyPosition }) => ({
        name,
        type: kindOf(declaredType),
        isRequired: notNull || primaryKeyPosition !== null,
      }))
      .filter(({ type }) => type !== null),
  );
  const database = new Map(scalars.map(({ name, dbName }) => [name, dbName ?? name]));
  const key = new Set(table.primaryKey?.columns.map(({ name }) => columnOf(table, name)));
  if ([...key].every((column) => kindOf(column?.declaredType ?? '') !== null)) {
    const ids = found.fields.filter(({ isId }) => isId).map(({ name }) => name);
    assert.deepEqual(
      (found.primaryKey?.fields ?? ids).map((name) => database.get(name)),
      [...key].map((column) => column?.name),
    );
  }
  const parents = new Set(tables.map(({ name }) => foldName(name)));
  const possible = table.foreignKeys.filter(({ referencedTable }) => parents.has(foldName(referencedTable)));
  for (const { relationFromFields = [] } of found.fields.filter(holdsKey)) {
    const columns = relationFromFields.map((name) => database.get(name));
    assert.ok(
      possible.some(
        (foreignKey) =>
          String(foreignKey.columns.map((name) => columnOf(table, name)?.name)) === String(columns),
      ),
    );
  }
}
