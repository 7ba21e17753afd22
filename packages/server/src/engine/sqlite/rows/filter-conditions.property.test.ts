import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import {
  type Arbitrary,
  array,
  assert as check,
  boolean,
  constant,
  constantFrom,
  integer,
  oneof,
  property,
  string,
  tuple,
} from 'fast-check';

import { SubjectError } from '../../../core/subject-error.ts';
import { quoteIdentifier } from '../../../schema/identifier.ts';
import type { FilterOperator, RecordFilter } from '../../project-records.ts';
import { openDatabase } from '../connection/open-database.ts';
import { parameterValue } from '../values/bound-value.ts';
import { type SqliteValue, toRecordValue } from '../values/record-value.ts';
import { filterConditions } from './filter-conditions.ts';
import { type RecordColumn, readRecordTable } from './record-table.ts';

/** More with PROPERTY_RUNS (`npm run test:long`); PROPERTY_SEED replays a failure that printed its seed. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 200);
const SEED = process.env['PROPERTY_SEED'];

const TABLES = `
  CREATE TABLE strict(i INTEGER, r REAL, t TEXT, b BLOB, a ANY) STRICT;
  CREATE TABLE loose(i INT, r REAL, t TEXT, b BLOB, a, n NUMERIC);
  CREATE VIEW plain AS SELECT i, r, t, b, a, n FROM loose;
  CREATE VIEW computed AS SELECT +i AS i, r * 1 AS r, t || '' AS t, coalesce(b, b) AS b, +a AS a, +n AS n FROM loose;
  CREATE VIEW joined AS SELECT a, i FROM strict UNION ALL SELECT a, i FROM loose;`;

const LETTERS = constantFrom('a', 'A', 'b', '%', '_', '\\', '\0', 'é', 'É', '😀', '1', '"', "'");
const texts = oneof(
  string({ unit: LETTERS, maxLength: 4 }),
  constantFrom('7', ' 7 ', '7.0', '1e2', 'no', 'Infinity', '-Infinity', 'AA==', 'NaN'),
  constantFrom('9007199254740993', '-9007199254740993', '9223372036854775807', '9223372036854775808', '007'),
);
const numbers = oneof(integer({ min: -2, max: 8 }), constantFrom(0.5, -0.5, 7.5, 1e300, 9007199254740992));
const longInteger = constantFrom(9007199254740993n, -9007199254740993n, 9223372036854775807n);

const stored: Arbitrary<SqliteValue> = oneof(
  constant(null),
  texts,
  numbers,
  numbers.filter(Number.isSafeInteger).map(BigInt),
  longInteger,
  constantFrom(Infinity, -Infinity),
  texts.map((each) => Buffer.from(each)),
  constantFrom(new Uint8Array(), Buffer.from('AA==', 'base64')),
);
const sent = oneof(constant(null), texts, numbers, longInteger, boolean());

const COMPARISONS = ['=', '!=', '>', '>=', '<', '<='] as const satisfies readonly FilterOperator[];
const LITERALS = ['contains', 'starts_with', 'ends_with'] as const satisfies readonly FilterOperator[];

const condition = oneof(
  tuple(constantFrom(...COMPARISONS, ...LITERALS), sent).map(([operator, value]) => ({ operator, value })),
  array(sent, { maxLength: 3 }).map((value) => ({ operator: 'in' as const, value })),
  tuple(texts, constantFrom(undefined, '\\', '%', '_', 'a', 'é', '😀')).map(([value, escape]) => {
    const operator = 'like' as const;
    return escape === undefined ? { operator, value } : { operator, value, escape };
  }),
  constantFrom('is_null' as const, 'not_null' as const).map((operator) => ({ operator, value: null })),
);

test('property: every operator matches the rows of its definition, in each kind of column, or refuses the value', () => {
  check(
    property(
      array(array(stored, { minLength: 6, maxLength: 6 }), { maxLength: 6 }),
      condition,
      (rows, filter) => {
        using database = openDatabase(':memory:', { mode: 'read-write' });
        database.exec(TABLES);
        for (const row of rows) insert(database, row);
        for (const name of ['strict', 'loose', 'plain', 'computed', 'joined']) {
          const table = readRecordTable(database, name, 'plain');
          for (const column of table.columns) {
            assertMatches(database, column, name, { column: column.name, ...filter });
          }
        }
      },
    ),
    { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) },
  );
});

type Database = ReturnType<typeof openDatabase>;

/** A STRICT table takes only values of its types. */
function insert(database: Database, row: readonly SqliteValue[]): void {
  database.prepare('INSERT INTO loose VALUES (?, ?, ?, ?, ?, ?)').run(...row);
  for (const [index, column] of ['i', 'r', 't', 'b', 'a'].entries()) {
    try {
      database.prepare(`INSERT INTO strict(${column}) VALUES (?)`).run(row[index] ?? null);
    } catch {
      // A value of another type.
    }
  }
}

function assertMatches(database: Database, column: RecordColumn, name: string, filter: RecordFilter): void {
  const table = readRecordTable(database, name, 'plain');
  const values = valuesOf(database, `SELECT ${column.quoted} FROM ${quoteIdentifier(name)}`, []);
  const what = `${name}.${column.name} (${column.kind}) ${filter.operator} ${String(filter.value)}`;
  let found: ReturnType<typeof filterConditions>;
  try {
    found = filterConditions(table, [filter]);
  } catch (error) {
    assert.ok(error instanceof SubjectError, what);
    assert.deepEqual(error.faults[0]?.subject.slice(0, 2), [0, 'value'], what);
    assert.ok(mayRefuse(column, filter), `${what} is refused: ${error.faults[0]?.message}`);
    return;
  }
  const sql = `SELECT ${column.quoted} FROM ${quoteIdentifier(name)} WHERE ${found.sql}`;
  const expected = values.filter((value) => matches(value, column, filter));
  assert.deepEqual(
    valuesOf(database, sql, found.values.map(parameterValue)).map(sortKey).toSorted(),
    expected.map(sortKey).toSorted(),
    what,
  );
}

function sortKey(value: SqliteValue): string {
  return `${classOf(value)} ${value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)}`;
}

function valuesOf(
  database: Database,
  sql: string,
  parameters: readonly SqliteValue[],
): readonly SqliteValue[] {
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  const rows = statement.all(...parameters) as unknown as readonly (readonly [SqliteValue])[];
  return rows.map(([value]) => value);
}

function mayRefuse({ kind, facts }: RecordColumn, { operator, value }: RecordFilter): boolean {
  if (operator === 'in') {
    return (
      Array.isArray(value) &&
      value.some((each: unknown) =>
        mayRefuse({ kind, facts } as RecordColumn, { column: '', operator: '=', value: each }),
      )
    );
  }
  if (operator === 'like') return String(value).includes('\0');
  if (LITERALS.some((each) => each === operator)) return typeof value !== 'string';
  if (value === null) return operator !== '=' && operator !== '!=';
  // Beyond 64 bits, and not base64.
  if (typeof value !== 'string') return false;
  if (value === '9223372036854775808' && (kind === 'integer' || kind === 'numeric')) return true;
  if (kind === 'blob') return Buffer.from(value, 'base64').toString('base64') !== value;
  const isNumeric = facts.only === 'integer' || facts.only === 'real';
  return isNumeric && operator !== '=' && operator !== '!=' && numberOf(value) === null;
}

/** The definition of the operators, on stored values. */
function matches(value: SqliteValue, column: RecordColumn, filter: RecordFilter): boolean {
  const { operator, value: other } = filter;
  switch (operator) {
    case 'is_null':
      return value === null;
    case 'not_null':
      return value !== null;
    case 'in':
      return (other as readonly unknown[]).some((each) => isEqual(value, column, each));
    case '=':
      return isEqual(value, column, other);
    case '!=':
      return other === null ? value !== null : value !== null && !isEqual(value, column, other);
    case '>':
    case '>=':
    case '<':
    case '<=':
      return operandsOf(column, other).some((operand) => {
        if (value === null || classOf(value) !== classOf(operand)) return false;
        const order = compare(value, operand);
        return operator === '>'
          ? order > 0
          : operator === '>='
            ? order >= 0
            : operator === '<'
              ? order < 0
              : order <= 0;
      });
    case 'like':
      return value !== null && patternOf(String(other), filter.escape).test(beforeNul(fold(textOf(value))));
    case 'contains':
      return value !== null && fold(textOf(value)).includes(fold(String(other)));
    case 'starts_with':
      return value !== null && fold(textOf(value)).startsWith(fold(String(other)));
    case 'ends_with':
      return value !== null && fold(textOf(value)).endsWith(fold(String(other)));
  }
}

function isEqual(value: SqliteValue, column: RecordColumn, other: unknown): boolean {
  if (other === null) return value === null;
  const shownBytes = typeof other === 'string' && mayContainBytes(column) ? base64Of(other) : [];
  return [...operandsOf(column, other), ...shownBytes].some((operand) => {
    return value !== null && classOf(value) === classOf(operand) && compare(value, operand) === 0;
  });
}

function mayContainBytes({ kind, facts, mayContainAnything }: RecordColumn): boolean {
  return mayContainAnything || (facts.only === null && kind !== 'blob');
}

/** What a client's value can be in a column: what the column stores for it, and what answers show as it. */
function operandsOf(
  { kind, mayContainAnything }: RecordColumn,
  other: unknown,
): readonly NonNullable<SqliteValue>[] {
  if (typeof other === 'boolean')
    return operandsOf({ kind, mayContainAnything } as RecordColumn, other ? 1 : 0);
  if (typeof other === 'number' || typeof other === 'bigint')
    return kind === 'text'
      ? [Number.isSafeInteger(other) ? String(other) : textOf(other)]
      : [kind === 'real' ? Number(other) : other];
  const text = String(other);
  const shown = [Infinity, -Infinity, 9007199254740993n, -9007199254740993n, 9223372036854775807n].filter(
    (each) => toRecordValue(each) === text,
  );
  if (mayContainAnything) return [text, ...shown, ...(kind === 'blob' ? base64Of(text) : [])];
  if (kind === 'blob') return base64Of(text);
  if (kind === 'text') return [text];
  const number = numberOf(text);
  if (number !== null) return [kind === 'real' ? Number(number) : number];
  return kind === 'real' && shown.length > 0 ? shown : [text, ...shown];
}

function base64Of(text: string): readonly Uint8Array[] {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? [bytes] : [];
}

function numberOf(text: string): number | bigint | null {
  if (/^-?\d+$/.test(text.trim())) return BigInt(text.trim());
  return /^\s*-?\d+(?:\.\d+)?(?:e\d+)?\s*$/.test(text) ? Number(text) : null;
}

function classOf(value: SqliteValue): string {
  if (typeof value === 'bigint' || typeof value === 'number') return 'number';
  return value instanceof Uint8Array ? 'bytes' : typeof value;
}

/** Of two values of one class. */
function compare(one: NonNullable<SqliteValue>, other: NonNullable<SqliteValue>): number {
  if (typeof one === 'string' && typeof other === 'string')
    return Buffer.compare(Buffer.from(one), Buffer.from(other));
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other);
  return one < other ? -1 : one > other ? 1 : 0;
}

/** As SQLite converts a value to text. */
function textOf(value: NonNullable<SqliteValue>): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value !== 'number') return String(value);
  return String(valuesOf(scratch, 'SELECT CAST(? AS TEXT)', [value])[0]);
}

const scratch = openDatabase(':memory:', { mode: 'read-write' });
after(() => scratch.close());

/** SQLite ignores the case of ASCII letters only. */
function fold(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** LIKE ends at a NUL character. */
function beforeNul(text: string): string {
  return text.split('\0', 1)[0] ?? '';
}

function patternOf(pattern: string, escape: string | undefined): RegExp {
  const parts: string[] = [];
  const characters = pattern[Symbol.iterator]();
  for (const character of characters) {
    if (character === escape) {
      const { done, value } = characters.next();
      if (done === true) return /(?!)/;
      parts.push(literal(value));
    } else parts.push(character === '%' ? '.*' : character === '_' ? '.' : literal(character));
  }
  return new RegExp(`^${parts.join('')}$`, 'su');
}

function literal(character: string): string {
  return fold(character).replace(/[\\^$.*+?()[\]{}|/]/, String.raw`\$&`);
}
