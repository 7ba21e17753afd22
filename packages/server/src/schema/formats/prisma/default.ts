import { type DefaultValue, readDefaultValue, writeDefaultValue } from '../../ddl/default-value.ts';
import { quoteText } from './names.ts';

/**
 * The argument of `@default(…)`: a value of the field's type, or dbgenerated() with SQL, which SQLite evaluates.
 * https://www.prisma.io/docs/orm/reference/prisma-schema-reference#default
 */
export function prismaDefault(sql: string, type: string): string | null {
  const value = readDefaultValue(sql);
  if (value.kind === 'null') return null;
  return literal(value, type) ?? `dbgenerated(${quoteText(writeDefaultValue(sql, value))})`;
}

function literal(value: DefaultValue, type: string): string | null {
  switch (type) {
    case 'BigInt':
      return value.kind === 'integer' ? String(value.value) : null;
    case 'Boolean':
      return value.kind === 'integer' && (value.value === 0n || value.value === 1n)
        ? String(value.value === 1n)
        : null;
    case 'Float':
    case 'Decimal':
      return number(value);
    case 'String':
      return value.kind === 'text' ? quoteText(value.value) : null;
    case 'Bytes':
      return value.kind === 'blob' ? quoteText(Buffer.from(value.hex, 'hex').toString('base64')) : null;
    case 'DateTime':
      return value.kind === 'now' && value.part === 'TIMESTAMP' ? 'now()' : null;
    default:
      return null;
  }
}

/** Prisma does not support exponents. */
function number(value: DefaultValue): string | null {
  if (value.kind !== 'integer' && value.kind !== 'real') return null;
  const text = String(value.value);
  return text.includes('e') ? null : text;
}
