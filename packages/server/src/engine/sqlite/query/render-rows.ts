import { RowhouseError } from '../../../core/errors.ts';
import { type SqliteValue, toRecordValue } from '../values/record-value.ts';

/** The maximum length of an answer, in UTF-16 code units. */
const ANSWER_MAX_LENGTH = 16_777_216;

export interface RenderedRows {
  /** A JSON array of objects. */
  readonly json: string;
  readonly count: number;
  /** Whether there are more than `limit` rows. */
  readonly truncated: boolean;
}

/**
 * Renders at most `limit` rows as JSON. One more row is read to determine `truncated`.
 * @throws RowhouseError `query_failed` if they are too large.
 */
export function renderRows(
  rows: Iterable<readonly SqliteValue[]>,
  columns: readonly string[],
  limit: number,
): RenderedRows {
  const keys = lastOfEachName(columns);
  const rendered: string[] = [];
  let length = columns.join('').length;
  if (length > ANSWER_MAX_LENGTH) throw answerTooLarge();
  for (const row of rows) {
    if (rendered.length === limit) return { json: arrayOf(rendered), count: limit, truncated: true };
    const members = keys.map(({ key, index }) => `${key}:${valueJson(row[index] ?? null)}`);
    const json = `{${members.join(',')}}`;
    length += json.length;
    if (length > ANSWER_MAX_LENGTH) throw answerTooLarge();
    rendered.push(json);
  }
  return { json: arrayOf(rendered), count: rendered.length, truncated: false };
}

/** An object has each key once: at the position of the first column of that name, with the value of the last. */
function lastOfEachName(
  columns: readonly string[],
): readonly { readonly key: string; readonly index: number }[] {
  const indexes = new Map(columns.map((name, index) => [name, index]));
  return [...indexes].map(([name, index]) => ({ key: JSON.stringify(name), index }));
}

/** A REAL keeps its decimal point, as in SQLite's own JSON. */
function valueJson(value: SqliteValue): string {
  const json = JSON.stringify(toRecordValue(value));
  if (typeof value !== 'number' || !Number.isFinite(value)) return json;
  if (Object.is(value, -0)) return '-0.0';
  return /^-?\d+$/.test(json) ? `${json}.0` : json;
}

function arrayOf(rows: readonly string[]): string {
  return `[${rows.join(',')}]`;
}

function answerTooLarge(): RowhouseError {
  const message = `The answer exceeds ${ANSWER_MAX_LENGTH} characters; request fewer rows or columns.`;
  return new RowhouseError('query_failed', message);
}
