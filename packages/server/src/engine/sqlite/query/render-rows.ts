import { RowhouseError } from '../../../core/errors.ts';
import type { ValueFormat } from '../../../core/tagged-value.ts';
import type { Query } from '../../project-queries.ts';
import { type SqliteValue, toRecordValue } from '../values/record-value.ts';
import { realText, toTaggedValue } from '../values/tagged-value.ts';

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
  { limit, valueFormat }: Pick<Query, 'limit' | 'valueFormat'>,
): RenderedRows {
  const keys = lastOfEachName(columns);
  const valueJson = JSON_OF[valueFormat];
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

const JSON_OF: Readonly<Record<ValueFormat, (value: SqliteValue) => string>> = {
  /** A REAL keeps its decimal point, as in SQLite's own JSON. */
  plain: (value) =>
    typeof value === 'number' && Number.isFinite(value)
      ? realText(value)
      : JSON.stringify(toRecordValue(value)),
  tagged: (value) => JSON.stringify(toTaggedValue(value, { kind: 'any' })),
};

function arrayOf(rows: readonly string[]): string {
  return `[${rows.join(',')}]`;
}

function answerTooLarge(): RowhouseError {
  const message = `The answer exceeds ${ANSWER_MAX_LENGTH} characters; request fewer rows or columns.`;
  return new RowhouseError('query_failed', message);
}
