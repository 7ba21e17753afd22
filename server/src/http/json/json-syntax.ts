/** Where a text stops being JSON, and why, as a sentence without its subject. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

/**
 * Finds the first place where `text` stops being JSON (RFC 8259), or null where it never does. The runtime's own messages
 * give a position in some cases only, so a text that the runtime refused is read again here. Lines and columns count
 * from 1, columns in UTF-16 code units. Nesting is kept on a list of its own, never on the call stack.
 */
export function findJsonFault(text: string): JsonFault | null {
  const fault = scan(text);
  if (fault === null) return null;
  const before = text.slice(0, fault.offset);
  const lastBreak = before.lastIndexOf('\n');
  return {
    line: before.split('\n').length,
    column: fault.offset - lastBreak,
    reason: fault.reason,
  };
}

interface Fault {
  readonly offset: number;
  readonly reason: string;
}

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma or close' | 'end';

const EXPECTED_IN_WORDS: Readonly<Record<Expected, string>> = {
  value: 'a value',
  'value or ]': 'a value or "]"',
  name: 'a name in double quotes',
  'name or }': 'a name in double quotes or "}"',
  colon: 'a ":"',
  'comma or close': 'a "," or the closing bracket',
  end: 'nothing more',
};

function scan(text: string): Fault | null {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let offset = skipWhitespace(text, 0);
  while (offset < text.length) {
    const character = text.charAt(offset);
    const step = stepAt(text, offset, expected, open.at(-1));
    if ('reason' in step) return step;
    if (character === '{' || character === '[') open.push(character);
    if (character === '}' || character === ']') open.pop();
    expected = step.next === 'after value' ? (open.length === 0 ? 'end' : 'comma or close') : step.next;
    offset = skipWhitespace(text, step.offset);
  }
  if (expected === 'end') return null;
  return { offset: text.length, reason: `the text ends where ${EXPECTED_IN_WORDS[expected]} should be` };
}

const WHITESPACE = /[ \t\n\r]*/y;

function skipWhitespace(text: string, offset: number): number {
  WHITESPACE.lastIndex = offset;
  WHITESPACE.test(text);
  return WHITESPACE.lastIndex;
}

interface Step {
  readonly offset: number;
  readonly next: Expected | 'after value';
}

function stepAt(
  text: string,
  offset: number,
  expected: Expected,
  within: '{' | '[' | undefined,
): Step | Fault {
  const character = text.charAt(offset);
  const after = offset + 1;
  switch (expected) {
    case 'value or ]':
      if (character === ']') return { offset: after, next: 'after value' };
      return valueAt(text, offset, expected);
    case 'value':
      return valueAt(text, offset, expected);
    case 'name or }':
      if (character === '}') return { offset: after, next: 'after value' };
      return nameAt(text, offset, expected);
    case 'name':
      return nameAt(text, offset, expected);
    case 'colon':
      return character === ':' ? { offset: after, next: 'value' } : unexpected(text, offset, expected);
    case 'comma or close':
      if (character === ',') return { offset: after, next: within === '{' ? 'name' : 'value' };
      if (character === (within === '{' ? '}' : ']')) return { offset: after, next: 'after value' };
      return unexpected(text, offset, expected);
    case 'end':
      return unexpected(text, offset, expected);
  }
}

const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function valueAt(text: string, offset: number, expected: Expected): Step | Fault {
  const character = text.charAt(offset);
  if (character === '{') return { offset: offset + 1, next: 'name or }' };
  if (character === '[') return { offset: offset + 1, next: 'value or ]' };
  if (character === '"') return stringAt(text, offset, 'after value');
  LITERAL.lastIndex = offset;
  if (LITERAL.test(text)) return { offset: LITERAL.lastIndex, next: 'after value' };
  return unexpected(text, offset, expected);
}

function nameAt(text: string, offset: number, expected: Expected): Step | Fault {
  return text.charAt(offset) === '"' ? stringAt(text, offset, 'colon') : unexpected(text, offset, expected);
}

// oxlint-disable-next-line no-control-regex -- RFC 8259, section 7: these must be escaped, so a string stops at one.
const PLAIN_CHARACTERS = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

function stringAt(text: string, start: number, next: Step['next']): Step | Fault {
  let offset = start + 1;
  for (;;) {
    PLAIN_CHARACTERS.lastIndex = offset;
    PLAIN_CHARACTERS.test(text);
    offset = PLAIN_CHARACTERS.lastIndex;
    if (offset >= text.length) return { offset, reason: 'the text ends inside a string' };
    const character = text.charAt(offset);
    if (character === '"') return { offset: offset + 1, next };
    if (character !== '\\') {
      return { offset, reason: 'a control character in a string must be written as an escape' };
    }
    ESCAPE.lastIndex = offset;
    if (!ESCAPE.test(text)) return { offset, reason: 'this is not an escape that JSON has' };
    offset = ESCAPE.lastIndex;
  }
}

function unexpected(text: string, offset: number, expected: Expected): Fault {
  const found = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  // JSON.stringify shows a control character as its escape.
  return { offset, reason: `${JSON.stringify(found)} stands where ${EXPECTED_IN_WORDS[expected]} should be` };
}
