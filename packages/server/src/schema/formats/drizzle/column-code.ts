import { affinityOf } from '../../affinity.ts';
import { type DefaultValue, readDefaultValue, writeDefaultValue } from '../../ddl/default-value.ts';
import { declaredKind } from '../../declared-kind.ts';
import type { Column, OrdinaryTable } from '../../model.ts';
import { isNullable } from '../../nullability.ts';
import { rowidAliasIn } from '../../rowid-alias.ts';
import { stringLiteral } from '../shared/typescript-text.ts';
import type { Imports } from './imports.ts';

/**
 * Whether the primary key is declared at its column. Drizzle then assumes that the column is NOT NULL and that SQLite fills in an
 * integer, which is true only for a rowid. The name of such a key is omitted.
 */
export function isInlineKey(table: OrdinaryTable, column: Column): boolean {
  if (column === rowidAliasIn(table)) return true;
  if (column.primaryKeyPosition === null || table.primaryKey?.columns.length !== 1) return false;
  const builder = builderOf(column);
  return table.primaryKey.name === null && builder !== 'integer' && builder !== 'boolean';
}

/** The builder of a table's column with all its methods except references. */
export function tableColumnCode(imports: Imports, table: OrdinaryTable, column: Column): string {
  const inlineKey = isInlineKey(table, column);
  const options = table.autoincrement && column === rowidAliasIn(table) ? '{ autoIncrement: true }' : '';
  return [
    builderCode(imports, column),
    ...(inlineKey ? [`.primaryKey(${options})`] : []),
    ...(isNullable(table, column) || inlineKey ? [] : ['.notNull()']),
    ...uniqueCode(table, column),
    ...defaultCode(imports, column),
    ...generatedCode(imports, column),
  ].join('');
}

export function viewColumnCode(imports: Imports, name: string, declaredType: string): string {
  return builderCode(imports, { name, declaredType, affinity: affinityOf(declaredType, false) });
}

type Builder = 'integer' | 'boolean' | 'real' | 'text' | 'numeric' | 'blob' | 'any';

/** A type that Drizzle lacks is represented by its affinity: a date may be a text or a number, as in `numeric`. */
function builderOf(column: DeclaredColumn): Builder {
  const { kind } = declaredKind(column);
  switch (kind) {
    case 'integer':
    case 'boolean':
    case 'real':
    case 'text':
      return kind;
    case 'bytes':
      return 'blob';
    case 'decimal':
    case 'moment':
    case 'json':
      return 'numeric';
    case 'other':
      return column.affinity === 'BLOB' ? 'any' : column.affinity === 'INTEGER' ? 'integer' : 'numeric';
  }
}

type DeclaredColumn = Pick<Column, 'name' | 'declaredType' | 'affinity'>;

function builderCode(imports: Imports, column: DeclaredColumn): string {
  const literal = stringLiteral(column.name);
  const builder = builderOf(column);
  switch (builder) {
    case 'any':
      return `${imports.anyValue()}(${literal})`;
    case 'boolean':
      return `${imports.core('integer')}(${literal}, { mode: 'boolean' })`;
    case 'blob':
      return `${imports.core('blob')}(${literal}, { mode: 'buffer' })`;
    case 'text': {
      const [length = 0, ...others] = declaredKind(column).digits;
      const options = length > 0 && others.length === 0 ? `, { length: ${length} }` : '';
      return `${imports.core('text')}(${literal}${options})`;
    }
    case 'integer':
    case 'real':
    case 'numeric':
      return `${imports.core(builder)}(${literal})`;
  }
}

/** The first constraint on this column alone: Drizzle has one per column. */
function uniqueCode(table: OrdinaryTable, { name }: Column): readonly string[] {
  const own = table.uniques.find((unique) => unique.columns.length === 1 && unique.columns[0]?.name === name);
  if (own === undefined) return [];
  return [`.unique(${own.name === null ? '' : stringLiteral(own.name)})`];
}

function defaultCode(imports: Imports, column: Column): readonly string[] {
  if (column.default === null) return [];
  const value = readDefaultValue(column.default);
  if (value.kind === 'null') return [];
  const literal = defaultLiteral(builderOf(column), value);
  return [`.default(${literal ?? imports.sql(writeDefaultValue(column.default, value))})`];
}

/** The default as a value of the column's TypeScript type, or null if only SQL can express it. */
function defaultLiteral(builder: Builder, value: DefaultValue): string | null {
  if (value.kind === 'text') return builder === 'text' ? stringLiteral(value.value) : null;
  if (value.kind === 'real') return builder === 'real' ? String(value.value) : null;
  if (value.kind !== 'integer') return null;
  const number = Number(value.value);
  if (builder === 'boolean') return number === 0 || number === 1 ? String(number === 1) : null;
  const isNumber = builder === 'integer' || builder === 'real';
  return isNumber && Number.isSafeInteger(number) ? String(number) : null;
}

function generatedCode(imports: Imports, { generated }: Column): readonly string[] {
  if (generated === null) return [];
  const mode = `{ mode: '${generated.kind}' }`;
  return [`.generatedAlwaysAs(${imports.sql(generated.expression ?? 'NULL')}, ${mode})`];
}
