import { typeWithoutComments } from '../../declared-kind.ts';

/** Words that have another meaning in the lexer of an erDiagram, in any case. */
const KEYWORDS =
  /^(?:erDiagram|accTitle|accDescr|title|direction|style|class|classDef|subgraph|end|one|only|many|zero|to|optionally|u|o|x)$/i;

/** Whether an entity can have this name and shows it unchanged: labels are Markdown, where outer underscores have a meaning. */
export function isPlainEntity(name: string): boolean {
  return /^[A-Za-z](?:\w*[A-Za-z0-9])?$/.test(name) && !name.includes('__') && !KEYWORDS.test(name);
}

/** The plain name that is closest to this one. */
export function entityName(name: string): string {
  if (isPlainEntity(name)) return name;
  const words = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');
  return /^[A-Za-z]/.test(words) && isPlainEntity(words) ? words : `t_${words === '' ? 'unnamed' : words}`;
}

/** Letters of any language, digits and underscores; not a name that begins like a key marker. */
export function attributeName(name: string): string {
  return attributeWord(name.replaceAll(/[^\p{L}\p{N}_]|[\u0080-\u00bf]|[^\0-\uffff]/gu, '_'), 'unnamed');
}

/** The declared type as one word, including its digits. A column without one may hold anything. */
export function attributeType(declaredType: string): string {
  return attributeWord(
    typeWithoutComments(declaredType)
      .replaceAll(/, /g, ',')
      .replaceAll(/[^\w(),.-]/g, '_'),
    'any',
  );
}

function attributeWord(word: string, whereEmpty: string): string {
  if (word === '') return whereEmpty;
  return /^(?:[PFU]K(?!\w)|[^\p{L}_])/iu.test(word) ? `_${word}` : word;
}

/**
 * Text for double quotes. Characters that have a meaning in Mermaid or in its Markdown are written as entity codes.
 * https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
 */
export function mermaidText(text: string): string {
  const line = text.replaceAll(/[\s\p{C}]+/gu, ' ').trim();
  return line
    .replaceAll(/[^\p{L}\p{M}\p{N} _.,:()/=?!'@+-]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/gu, code)
    .replaceAll(/^[+-]|[.)](?<=^\d+.)|(?<=direction) (?=(?:TB|BT|RL|LR))/gi, code);
}

function code(character: string): string {
  return `#${character.codePointAt(0)};`;
}
