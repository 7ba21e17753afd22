import { StatementReader, unquote } from '../../../../schema/ddl/statement-reader.ts';
import { openDatabase } from '../../connection/open-database.ts';

/** The functions whose result may depend on the time. https://www.sqlite.org/lang_datefunc.html */
const DATE_FUNCTIONS: ReadonlySet<string> = new Set([
  'DATE',
  'TIME',
  'DATETIME',
  'JULIANDAY',
  'UNIXEPOCH',
  'STRFTIME',
  'TIMEDIFF',
]);

/**
 * Returns the text of a date function's call that SQLite refuses to evaluate in a CHECK, such as `date('now')`; null if there is
 * none. SQLite accepts such a CHECK and then refuses each row, so the calls are evaluated here, with a date in the place of each
 * argument that is no literal. https://www.sqlite.org/deterministic.html#special_case_processing_for_date_time_functions
 */
export function impureCall(expression: string): string | null {
  const calls = [...callsIn(expression)];
  if (calls.length === 0) return null;
  using scratch = openDatabase(':memory:', { mode: 'read-write' });
  const impure = calls.find(({ probe }) => {
    scratch.exec('DROP TABLE IF EXISTS t');
    scratch.prepare(`CREATE TABLE t (c, CHECK (${probe} IS NOT 'x'))`).run();
    try {
      scratch.prepare('INSERT INTO t DEFAULT VALUES').run();
      return false;
    } catch {
      return true;
    }
  });
  return impure?.text ?? null;
}

interface DateCall {
  readonly text: string;
  /** The call with literal arguments only. */
  readonly probe: string;
}

function* callsIn(expression: string): Generator<DateCall> {
  const reader = new StatementReader(expression);
  while (reader.kind !== 'end') {
    const { start, end } = reader.token;
    reader.advance();
    const name = unquote(expression.slice(start, end)).toUpperCase();
    if (!DATE_FUNCTIONS.has(name) || !reader.at('(')) continue;
    const inside = reader.parenthesised();
    const probe = `${name}(${argumentsOf(inside).map(asLiteral).join(', ')})`;
    yield { text: expression.slice(start, reader.lastEnd), probe };
    yield* callsIn(inside);
  }
}

/** Splits the text between the parentheses of a call at its own commas. */
function argumentsOf(inside: string): readonly string[] {
  const reader = new StatementReader(inside);
  const found: string[] = [];
  let start = 0;
  for (let depth = 0; reader.kind !== 'end'; reader.advance()) {
    if (reader.at('(')) depth += 1;
    else if (reader.at(')')) depth -= 1;
    else if (depth === 0 && reader.at(',')) {
      found.push(inside.slice(start, reader.token.start));
      start = reader.token.end;
    }
  }
  const last = inside.slice(start).trim();
  return found.length === 0 && last === '' ? [] : [...found, last];
}

function asLiteral(argument: string): string {
  const text = argument.trim();
  return /^'(?:[^']|'')*'$/.test(text) || /^[+-]?\d+(?:\.\d+)?$/.test(text) ? text : "'2000-01-01'";
}
