import { onOneLine } from '../../ddl/text/one-line.ts';
import { typeWithoutComments } from '../../declared-kind.ts';

/** Words that have another meaning without quotes. */
const KEYWORDS: ReadonlySet<string> = new Set(
  'table note indexes checks ref enum project tablegroup tablepartial as records dep metadata use null true false'.split(
    ' ',
  ),
);

/** A name, in quotes if necessary; DBML does not allow an empty name. https://dbml.dbdiagram.io/syntax/language-basics */
export function dbmlName(name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name) && !KEYWORDS.has(name.toLowerCase())) return name;
  return `"${escaped(name === '' ? 'unnamed' : name, '"')}"`;
}

/** The declared type. DBML requires a word for a column without one, which may hold anything. */
export function dbmlType(declaredType: string): string {
  const type = typeWithoutComments(declaredType);
  if (type === '') return 'any';
  return /^[A-Za-z_]\w*(?:\(\d+(?:, ?\d+)?\))?$/.test(type) ? type : `"${escaped(type, '"')}"`;
}

export function dbmlText(text: string): string {
  return `'${escaped(text, "'")}'`;
}

/** An expression in backticks, which cannot be escaped: null if a string in the SQL contains one. */
export function dbmlExpression(sql: string): string | null {
  const line = onOneLine(sql);
  return line.includes('`') || line === '' ? null : `\`${line}\``;
}

/** JSON's escapes are DBML's, except for the quote. */
function escaped(text: string, quote: string): string {
  const inside = JSON.stringify(text).slice(1, -1);
  return quote === '"' ? inside : inside.replaceAll('\\"', '"').replaceAll(quote, `\\${quote}`);
}
