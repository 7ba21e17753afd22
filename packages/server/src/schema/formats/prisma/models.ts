import { declaredKind, typeWithoutComments } from '../../declared-kind.ts';
import { foldName } from '../../identifier.ts';
import type { Column, OrdinaryTable, Schema } from '../../model.ts';
import { isNullable } from '../../nullability.ts';
import { rowidAliasIn } from '../../rowid-alias.ts';
import { uniqueNames } from '../shared/unique-names.ts';
import { fieldName, modelName, quoteText } from './names.ts';

/** A table as a Prisma model, before its relations are known. */
export interface Model {
  readonly table: OrdinaryTable;
  readonly name: string;
  readonly fields: readonly Field[];
  /** By folded column name. */
  readonly byColumn: ReadonlyMap<string, Field>;
  readonly keys: readonly Key[];
  /** Prisma requires a key whose fields are all required to identify a row. */
  readonly isIgnored: boolean;
}

export interface Field {
  readonly column: Column;
  readonly name: string;
  readonly type: string;
  readonly isSupported: boolean;
  readonly isOptional: boolean;
}

/** Columns that identify a row: the primary key, or a unique index on all rows. */
export interface Key {
  readonly kind: 'id' | 'unique';
  readonly fields: readonly Field[];
}

export function readModels(schema: Schema): readonly Model[] {
  const tables = schema.tables.filter((table) => table.kind === 'table');
  // The client's property for a model `User` is `prisma.user`, so names must differ in more than case.
  const names = uniqueNames(
    tables.map(({ name }) => name),
    modelName,
    (name) => name.toLowerCase(),
  );
  return tables.map((table) => readModel(table, names.get(table.name) ?? ''));
}

function readModel(table: OrdinaryTable, name: string): Model {
  const names = uniqueNames(
    table.columns.map((column) => column.name),
    fieldName,
  );
  const fields = table.columns.map((column) => readField(table, column, names.get(column.name) ?? ''));
  const byColumn = new Map(fields.map((field) => [foldName(field.column.name), field]));
  const keys = readKeys(table, byColumn);
  const isIgnored = !keys.some((key) => key.fields.every((field) => field.isSupported && !field.isOptional));
  return { table, name, fields, byColumn, keys, isIgnored };
}

function readField(table: OrdinaryTable, column: Column, name: string): Field {
  const type = prismaType(column);
  return {
    column,
    name,
    type: type ?? `Unsupported(${quoteText(typeWithoutComments(column.declaredType))})`,
    isSupported: type !== null,
    // Prisma does not allow NULL in a key.
    isOptional: column.primaryKeyPosition === null && isNullable(table, column),
  };
}

/**
 * As in `prisma db pull`, except for integers, which are Int there: Int has 32 bits and fails for larger values, but SQLite's integers
 * have 64. https://www.prisma.io/docs/orm/v6/overview/databases/sqlite
 */
function prismaType(column: Column): string | null {
  switch (declaredKind(column).kind) {
    case 'integer':
      return 'BigInt';
    case 'boolean':
      return 'Boolean';
    case 'real':
      return 'Float';
    case 'decimal':
      return 'Decimal';
    case 'text':
      return 'String';
    case 'bytes':
      return 'Bytes';
    case 'moment':
      return 'DateTime';
    case 'json':
      return 'Json';
    case 'other':
      return null;
  }
}

/** Keys that apply to every row. For Prisma, a partial index or an index on an expression is not a key. */
function readKeys(table: OrdinaryTable, byColumn: ReadonlyMap<string, Field>): readonly Key[] {
  const primaryKey = table.primaryKey?.columns.map(({ name }) => byColumn.get(foldName(name))) ?? [];
  const uniques = table.indexes.filter(
    (index) => index.unique && index.where === null && index.origin !== 'primary_key',
  );
  const alias = rowidAliasIn(table)?.name ?? '';
  return [
    { kind: 'id' as const, fields: primaryKey },
    ...uniques.map(({ columns }) => ({
      kind: 'unique' as const,
      fields: columns.map((term) =>
        term.kind === 'expression'
          ? undefined
          : byColumn.get(foldName(term.kind === 'column' ? term.name : alias)),
      ),
    })),
  ].flatMap(({ kind, fields }) => {
    const found = fields.filter((field) => field !== undefined);
    return found.length === fields.length && found.length > 0 ? [{ kind, fields: [...new Set(found)] }] : [];
  });
}
