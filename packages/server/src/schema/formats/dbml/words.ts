import { onOneLine } from '../../ddl/one-line.ts';
import { typeWithoutComments } from '../../declared-kind.ts';

/** Words that begin something else where they stand without quotes. */
const KEYWORDS: ReadonlySet<string> = new Set(
  'table note indexes checks ref enum project tablegroup tablepartial as records dep metadata use null true false'.split(
    ' ',
  ),
);

/** A name, in quotes where it needs them; DBML has no empty one. https://dbml.dbdiagram.io/syntax/language-basics */
export function dbmlName(name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name) && !KEYWORDS.has(name.toLowerCase())) return name;
  return `"${escaped(name === '' ? 'unnamed' : name, '"')}"`;
}

/** The declared type; a column without one may hold anything, and DBML wants a word there. */
export function dbmlType(declaredType: string): string {
  const type = typeWithoutComments(declaredType);
  if (type === '') return 'any';
  return /^[A-Za-z_]\w*(?:\(\d+(?:, ?\d+)?\))?$/.test(type) ? type : `"${escaped(type, '"')}"`;
}

export function dbmlText(text: string): string {
  return `'${escaped(text, "'")}'`;
}

/** An expression in backticks, for which there is no escape: null where the SQL has one in a string. */
export function dbmlExpression(sql: string): string | null {
  const line = onOneLine(sql);
  return line.includes('`') || line === '' ? null : `\`${line}\``;
}

/** JSON escapes what DBML does, in the same way, but for the quote. */
function escaped(text: string, quote: string): string {
  const inside = JSON.stringify(text).slice(1, -1);
  return quote === '"' ? inside : inside.replaceAll('\\"', '"').replaceAll(quote, `\\${quote}`);
}
