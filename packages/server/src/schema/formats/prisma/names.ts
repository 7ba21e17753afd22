import { RESERVED_WORDS } from '../shared/typescript-text.ts';

/**
 * A name as Prisma documents it: a letter from A to Z, then letters, digits and underscores. Accents are removed. Prisma's parser also
 * accepts other letters, but its later steps panic if a model name begins with one.
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

/** Prisma rejects a model with one of these names, or its generated client fails. */
const RESERVED: ReadonlySet<string> = new Set([
  ...RESERVED_WORDS,
  ...'PrismaClient Prisma Unsupported Int BigInt Float Boolean String DateTime Json Bytes Decimal'.split(' '),
]);

/** Text as a string, with JSON's escapes. */
export function quoteText(text: string): string {
  return JSON.stringify(text);
}
