import { StatementReader, unquote } from '../../ddl/statement-reader.ts';
import { foldName, quoteIdentifier } from '../../identifier.ts';
import {
  arithmetic,
  assertComparable,
  composed,
  functionCall,
  NotPortable,
  numberLiteral,
  operand,
  textLiteral,
  type Value,
  type ValueKind,
} from './expression-values.ts';

/** The columns that an expression may use, by folded SQLite name. */
export type ExpressionColumns = ReadonlyMap<string, ExpressionColumn>;

export interface ExpressionColumn {
  /** The name in PostgreSQL. */
  readonly name: string;
  readonly kind: ValueKind;
  /** Whether PostgreSQL compares texts in the same way; false with NOCASE and RTRIM. */
  readonly isPortable: boolean;
}

/** The condition in PostgreSQL; null if its meaning may differ. */
export function translateCondition(sql: string, columns: ExpressionColumns): string | null {
  return translate(sql, columns, (translator) => translator.condition());
}

/** The same for a value. */
export function translateValue(sql: string, columns: ExpressionColumns): Value | null {
  return translate(sql, columns, (translator) => translator.value());
}

function translate<Result>(
  sql: string,
  columns: ExpressionColumns,
  read: (translator: Translator) => Result,
): Result | null {
  try {
    const translator = new Translator(sql, columns);
    const result = read(translator);
    translator.end();
    return result;
  } catch (error) {
    if (error instanceof NotPortable) return null;
    throw error;
  }
}

/**
 * Parses only the subset of SQLite's expressions that have the same meaning in PostgreSQL: conditions with AND, OR and NOT; IS NULL, IN,
 * BETWEEN and comparisons of the same type; +, - and * of integers or of reals; || of texts; length(), trim() and coalesce(). Not
 * division (by zero it is NULL in SQLite and an error in PostgreSQL), not LIKE (which ignores case in SQLite), and not the order of
 * texts (which depends on the locale in PostgreSQL).
 * https://www.sqlite.org/lang_expr.html, https://www.postgresql.org/docs/15/sql-expressions.html
 */
class Translator {
  readonly #reader: StatementReader;
  readonly #columns: ExpressionColumns;
  #depth = 0;

  constructor(sql: string, columns: ExpressionColumns) {
    this.#reader = new StatementReader(sql);
    this.#columns = columns;
  }

  end(): void {
    if (this.#reader.kind !== 'end') throw new NotPortable();
  }

  condition(): string {
    const parts = [this.#conjunction()];
    while (this.#reader.take('OR')) parts.push(this.#conjunction());
    return parts.join(' OR ');
  }

  #conjunction(): string {
    const parts = [this.#negation()];
    while (this.#reader.take('AND')) parts.push(this.#negation());
    return parts.join(' AND ');
  }

  #negation(): string {
    if (!this.#reader.take('NOT')) return this.#predicate();
    return `NOT (${this.#predicate()})`;
  }

  /** A parenthesis may contain a condition or a value; only the token after it shows which. */
  #predicate(): string {
    const inner = this.#reader.at('(') ? this.#parenthesisedCondition() : null;
    if (inner !== null) return `(${inner})`;
    const left = this.value();
    const operator = this.#reader.takeOne(['<', '>', '=', '!']);
    return operator === null ? this.#wordPredicate(left) : this.#comparison(left, operator);
  }

  #parenthesisedCondition(): string | null {
    const ahead = this.#reader.text.slice(this.#reader.token.start);
    const attempt = new Translator(ahead, this.#columns);
    attempt.#depth = this.#enter();
    try {
      attempt.#reader.expect('(');
      const inner = attempt.condition();
      if (!attempt.#reader.at(')')) return null;
      const end = this.#reader.token.start + attempt.#reader.token.end;
      while (this.#reader.lastEnd < end) this.#reader.advance();
      return inner;
    } catch (error) {
      if (error instanceof NotPortable) return null;
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  #comparison(left: Value, first: string): string {
    const second = this.#reader.takeOne(['=', '>']) ?? '';
    const operator = OPERATORS[first + second];
    if (operator === undefined) throw new NotPortable();
    const right = this.value();
    assertComparable(left, right, operator === '=' || operator === '<>');
    return `${operand(left)} ${operator} ${operand(right)}`;
  }

  #wordPredicate(left: Value): string {
    if (this.#reader.take('ISNULL')) return this.#nullTest(left, 'IS NULL');
    if (this.#reader.take('NOTNULL')) return this.#nullTest(left, 'IS NOT NULL');
    if (this.#reader.take('IS')) {
      const not = this.#reader.take('NOT') ? ' NOT' : '';
      this.#expect('NULL');
      return this.#nullTest(left, `IS${not} NULL`);
    }
    const not = this.#reader.take('NOT') ? 'NOT ' : '';
    if (not !== '' && this.#reader.take('NULL')) return this.#nullTest(left, 'IS NOT NULL');
    if (this.#reader.take('IN')) return `${operand(left)} ${not}IN (${this.#list(left)})`;
    this.#expect('BETWEEN');
    const low = this.value();
    this.#expect('AND');
    const high = this.value();
    assertComparable(left, low, false);
    assertComparable(left, high, false);
    return `${operand(left)} ${not}BETWEEN ${operand(low)} AND ${operand(high)}`;
  }

  #nullTest(value: Value, test: string): string {
    if (value.isLiteral) throw new NotPortable();
    return `${operand(value)} ${test}`;
  }

  /** The list after IN. Only SQLite allows an empty list. */
  #list(left: Value): string {
    const items: string[] = [];
    this.#expect('(');
    do {
      const item = this.value();
      assertComparable(left, item, true);
      items.push(item.sql);
    } while (this.#reader.take(','));
    this.#expect(')');
    return items.join(', ');
  }

  value(): Value {
    let left = this.#product();
    for (let sign = this.#sign(); sign !== null; sign = this.#sign()) {
      left = arithmetic(left, sign, this.#product());
    }
    return left;
  }

  #sign(): string | null {
    return this.#reader.takeOne(['+', '-']);
  }

  #product(): Value {
    let left = this.#concatenation();
    while (this.#reader.take('*')) left = arithmetic(left, '*', this.#concatenation());
    return left;
  }

  /** Two bars are two tokens; a single bar is a bitwise OR. */
  #concatenation(): Value {
    let left = this.#term();
    while (this.#reader.take('|')) {
      this.#expect('|');
      const right = this.#term();
      if (left.kind !== 'text' || right.kind !== 'text') throw new NotPortable();
      left = { ...composed(`${operand(left)} || ${operand(right)}`, 'text'), isLiteral: false };
    }
    return left;
  }

  #term(): Value {
    const { kind, start, end } = this.#reader.token;
    const text = this.#reader.text.slice(start, end);
    if (kind === 'number') return this.#stepOver(numberLiteral(text));
    if (kind === 'string') return this.#stepOver(textLiteral(text));
    if (kind === 'quoted') return this.#stepOver(this.#column(unquote(text)));
    if (kind === 'word') return this.#word(text);
    if (this.#reader.take('-')) {
      if (this.#reader.kind !== 'number') throw new NotPortable();
      const value = this.#term();
      return { ...value, sql: `-${value.sql}` };
    }
    this.#expect('(');
    this.#enter();
    const inner = this.value();
    this.#depth -= 1;
    this.#expect(')');
    return inner;
  }

  #word(text: string): Value {
    this.#reader.advance();
    if (!this.#reader.at('(')) {
      if (NO_COLUMN.test(text)) throw new NotPortable();
      return this.#column(text);
    }
    this.#reader.advance();
    this.#enter();
    const parameters = [this.value()];
    while (this.#reader.take(',')) parameters.push(this.value());
    this.#depth -= 1;
    this.#expect(')');
    return functionCall(text.toLowerCase(), parameters);
  }

  #column(name: string): Value {
    const column = this.#columns.get(foldName(name));
    if (column === undefined || !column.isPortable) throw new NotPortable();
    return { sql: quoteIdentifier(column.name), kind: column.kind, isLiteral: false, isSimple: true };
  }

  #stepOver(value: Value): Value {
    this.#reader.advance();
    return value;
  }

  #expect(word: string): void {
    if (!this.#reader.take(word)) throw new NotPortable();
  }

  /** Limits the depth of the recursion. A person does not write deeper expressions. */
  #enter(): number {
    this.#depth += 1;
    if (this.#depth > MAXIMUM_DEPTH) throw new NotPortable();
    return this.#depth;
  }
}

const MAXIMUM_DEPTH = 8;

/** Words that, unquoted, are never a column. */
const NO_COLUMN = /^(?:null|case|cast|not|exists|select|current_(?:date|time|timestamp))$/i;

const OPERATORS: Readonly<Record<string, string>> = {
  '=': '=',
  '==': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};
