import type { SortOrder } from '../model.ts';
import { canEndExpression } from './expression-end.ts';
import { DdlSyntaxError, type StatementReader, type Token, unquote } from './statement-reader.ts';

/** One term of an index, a PRIMARY KEY or a UNIQUE. */
export interface IndexedTermText {
  /** The column, if the term is only a column. */
  readonly column: string | null;
  /** The term without its sort order. */
  readonly expression: string;
  readonly collation: string | null;
  readonly order: SortOrder;
  /** Whether the term ends in AUTOINCREMENT, which only the last term of a PRIMARY KEY may have. */
  readonly autoincrement: boolean;
}

/** Parses `(a, lower(b) COLLATE nocase DESC)`. */
export function readIndexedTerms(reader: StatementReader): readonly IndexedTermText[] {
  const terms: IndexedTermText[] = [];
  reader.expect('(');
  do {
    terms.push(readTerm(reader));
  } while (reader.take(','));
  reader.expect(')');
  return terms;
}

function readTerm(reader: StatementReader): IndexedTermText {
  const all = termTokens(reader);
  const autoincrement = all.length > 1 && all.at(-1)?.word === 'AUTOINCREMENT';
  const tokens = autoincrement ? all.slice(0, -1) : all;
  const nulls = tokens.at(-2)?.word === 'NULLS' && canEndExpression(tokens.at(-3));
  const unordered = nulls ? tokens.slice(0, -2) : tokens;
  const last = unordered.at(-1)?.word;
  const sorted = (last === 'ASC' || last === 'DESC') && canEndExpression(unordered.at(-2));
  const expression = sorted ? unordered.slice(0, -1) : unordered;
  const first = expression[0];
  if (first === undefined) throw new DdlSyntaxError('an indexed term is empty');
  return {
    ...columnOf(reader.text, expression),
    expression: reader.text.slice(first.start, expression.at(-1)?.end),
    order: sorted && last === 'DESC' ? 'DESC' : 'ASC',
    autoincrement,
  };
}

function termTokens(reader: StatementReader): readonly Token[] {
  const tokens: Token[] = [];
  for (let depth = 0; ; reader.advance()) {
    if (reader.kind === 'end') throw new DdlSyntaxError('an indexed term has no end');
    if (depth === 0 && (reader.at(',') || reader.at(')'))) return tokens;
    if (reader.at('(')) depth += 1;
    else if (reader.at(')')) depth -= 1;
    tokens.push(reader.token);
  }
}

/** Removes parentheses and COLLATE, of which the outermost applies; neither makes a column an expression. */
function columnOf(
  text: string,
  expression: readonly Token[],
): { readonly column: string | null; readonly collation: string | null } {
  let tokens = expression;
  let collation: string | null = null;
  for (;;) {
    if (tokens.at(-2)?.word === 'COLLATE') {
      collation ??= nameOf(text, tokens.at(-1));
      tokens = tokens.slice(0, -2);
    } else if (tokens[0]?.word === '(' && tokens.at(-1)?.word === ')' && closesAtEnd(tokens)) {
      tokens = tokens.slice(1, -1);
    } else {
      return { column: tokens.length === 1 ? nameOf(text, tokens[0]) : null, collation };
    }
  }
}

function nameOf(text: string, token: Token | undefined): string | null {
  if (token?.kind !== 'word' && token?.kind !== 'quoted' && token?.kind !== 'string') return null;
  return unquote(text.slice(token.start, token.end));
}

/** Whether the first parenthesis is closed at the end, unlike in `(a) + (b)`. */
function closesAtEnd(tokens: readonly Token[]): boolean {
  let depth = 0;
  return tokens.every((token, position) => {
    if (token.word === '(') depth += 1;
    else if (token.word === ')') depth -= 1;
    return depth > 0 || position === tokens.length - 1;
  });
}
