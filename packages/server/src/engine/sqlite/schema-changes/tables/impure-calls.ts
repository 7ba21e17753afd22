import { StatementReader, type Token, unquote } from '../../../../schema/ddl/statement-reader.ts';

/**
 * The functions whose result may depend on the time, and the positions of their time values; the arguments after them are
 * modifiers. https://www.sqlite.org/lang_datefunc.html
 */
const TIME_VALUES: Readonly<Record<string, readonly number[]>> = {
  DATE: [0],
  TIME: [0],
  DATETIME: [0],
  JULIANDAY: [0],
  UNIXEPOCH: [0],
  STRFTIME: [1],
  TIMEDIFF: [0, 1],
};

/** Time values that mean the current time. */
const CURRENT_TIME: ReadonlySet<string> = new Set(["'now'", "'subsec'", "'subsecond'"]);

/** Modifiers that depend on the time zone. */
const TIME_ZONES: ReadonlySet<string> = new Set(["'localtime'", "'utc'"]);

/**
 * Returns the text of a date function's call that SQLite refuses to evaluate in a CHECK, such as `date('now')`; null if there is
 * none. SQLite accepts such a CHECK and then refuses each row.
 * https://www.sqlite.org/deterministic.html#special_case_processing_for_date_time_functions
 */
export function impureCall(expression: string): string | null {
  const reader = new StatementReader(expression);
  const open: OpenParenthesis[] = [];
  let before: Pick<Token, 'start' | 'end'> = { start: 0, end: 0 };
  for (; reader.kind !== 'end'; reader.advance()) {
    const { token } = reader;
    const innermost = open.at(-1);
    if (token.word === '(') open.push({ before, texts: [], start: token.end });
    if (innermost !== undefined && (token.word === ',' || token.word === ')')) {
      innermost.texts.push(expression.slice(innermost.start, token.start).trim());
      innermost.start = token.end;
    }
    if (innermost !== undefined && token.word === ')') {
      open.pop();
      const { start, end } = innermost.before;
      const times = TIME_VALUES[unquote(expression.slice(start, end)).toUpperCase()];
      if (times !== undefined && isImpure(times, innermost.texts)) return expression.slice(start, token.end);
    }
    before = token;
  }
  return null;
}

interface OpenParenthesis {
  /** The token before it: the name of a function, if it is a call. */
  readonly before: Pick<Token, 'start' | 'end'>;
  /** The texts of the arguments so far. */
  readonly texts: string[];
  /** The start of the next argument. */
  start: number;
}

/** A time value that is omitted is the current time. */
function isImpure(times: readonly number[], texts: readonly string[]): boolean {
  return (
    times.some((position) => (texts[position] ?? '') === '' || isOneOf(CURRENT_TIME, texts[position])) ||
    texts.slice(Math.max(...times) + 1).some((modifier) => isOneOf(TIME_ZONES, modifier))
  );
}

/** Longer texts are not converted to lower case. */
function isOneOf(literals: ReadonlySet<string>, text = ''): boolean {
  return text.length <= MAX_LITERAL_LENGTH && literals.has(text.toLowerCase());
}

const MAX_LITERAL_LENGTH = 16;
