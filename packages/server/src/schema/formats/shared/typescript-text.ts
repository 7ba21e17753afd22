/** A TypeScript string literal for any text. */
export function stringLiteral(text: string): string {
  const escaped = text.replaceAll(/[\\\p{C}\u2028\u2029]/gu, escapeCharacter);
  if (text.includes("'") && !text.includes('"')) return `"${escaped}"`;
  return `'${escaped.replaceAll("'", String.raw`\'`)}'`;
}

function escapeCharacter(character: string): string {
  if (character === '\\') return String.raw`\\`;
  if (character === '\n') return String.raw`\n`;
  // Characters outside the Basic Multilingual Plane, such as emoji, are two units.
  return [...Array(character.length).keys()]
    .map((position) => String.raw`\u${character.charCodeAt(position).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Text for a template literal, without substitutions. */
export function templateText(text: string): string {
  return text
    .replaceAll(/[\\`]|\$(?=\{)/g, String.raw`\$&`)
    .replaceAll(/[\p{C}\u2028\u2029]/gu, (character) =>
      character === '\n' ? '\n' : escapeCharacter(character),
    );
}

/** The name of a property, in quotes only if necessary. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : stringLiteral(name);
}

/** The maximum length of schema text in a comment, in UTF-16 code units. */
const COMMENT_LENGTH_SHOWN = 100;

/** Schema text for a comment, on one line and unable to end the comment. */
export function commentText(text: string): string {
  const line = text.replaceAll(/[\s\p{C}\u2028\u2029]+/gu, ' ').replaceAll('*/', String.raw`*\/`);
  return line.length > COMMENT_LENGTH_SHOWN ? `${line.slice(0, COMMENT_LENGTH_SHOWN).toWellFormed()}…` : line;
}

/** `Order Details`, `order_details` and `orderDetails` as `OrderDetails`; `fallback` if no characters are left. */
export function pascalCase(name: string, fallback: string): string {
  const joined = wordsOf(name).map(capitalized).join('');
  return identifier(joined === '' ? fallback : joined);
}

/** The same as `orderDetails`; `ID` and `URLPath` as `id` and `urlPath`. */
export function camelCase(name: string, fallback: string): string {
  const [first = fallback, ...others] = wordsOf(name);
  const start = first.replace(/^\p{Lu}+(?=\p{Lu}\p{Ll}|\P{Ll}|$)|^\p{Lu}/u, (letters) =>
    letters.toLowerCase(),
  );
  return identifier(start + others.map(capitalized).join(''));
}

/** Only letters from the first versions of Unicode, because a compiler does not know letters that are newer than itself. */
const NOT_OF_A_WORD =
  /[^0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0388-\u03ce\u0400-\u0481\u05d0-\u05ea\u0620-\u064a\u1e00-\u1eff\u3041-\u3094\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3]+/;

function wordsOf(name: string): readonly string[] {
  return name
    .normalize('NFC')
    .split(NOT_OF_A_WORD)
    .filter((word) => word !== '');
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** Names that a variable of a module cannot or should not have. https://tc39.es/ecma262/#sec-keywords-and-reserved-words */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(
  (
    'arguments async await break case catch class const continue debugger default delete do else enum eval export extends ' +
    'false finally for function if implements import in instanceof interface let new null package private protected ' +
    'public return static super switch this throw true try typeof undefined using var void while with yield'
  ).split(' '),
);

function identifier(text: string): string {
  return /^\d/.test(text) ? `_${text}` : text;
}
