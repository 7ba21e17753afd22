import { RESERVED_WORDS } from '../shared/typescript-text.ts';

/**
 * Names as Prisma documents them: a letter from A to Z, then letters, digits and underscores. An accent is dropped. Its parser takes
 * other letters too, but what comes after it ends in a panic where a model begins with one.
 * https://www.prisma.io/docs/orm/reference/prisma-schema-reference#naming-conventions
 */
function prismaName(name: string, whereNothingIsLeft: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9_]/g, '_');
  return plain.replace(/^[^A-Za-z]+/, '') || whereNothingIsLeft;
}

export function modelName(table: string): string {
  const name = prismaName(table, 'Model');
  return RESERVED.has(name) ? `${name}_` : name;
}

export function fieldName(column: string): string {
  return prismaName(column, 'field');
}

/** A model with one of these names is refused, or breaks the client that is made of it. */
const RESERVED: ReadonlySet<string> = new Set([
  ...RESERVED_WORDS,
  ...'PrismaClient Prisma Unsupported Int BigInt Float Boolean String DateTime Json Bytes Decimal'.split(' '),
]);

/** Any text as a string; the escapes are those of JSON. */
export function quoteText(text: string): string {
  return JSON.stringify(text);
}
