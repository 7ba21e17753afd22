import { RowhouseError } from '../../../core/errors.ts';
import { invalidInput, type SubjectError } from '../../../core/subject-error.ts';
import type { RecordKey } from '../../project-records.ts';
import type { RecordColumn, RecordTable } from '../rows/record-table.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { infinityOf, integerKey, numericKey } from './numeric-key.ts';

/** The key columns of a table. @throws RowhouseError `conflict` if it has none. */
export function keyColumnsOf(table: RecordTable): readonly RecordColumn[] {
  if (table.key !== null) return table.key;
  throw new RowhouseError(
    'conflict',
    `The rows of ${table.name} have no key; list them with filters instead.`,
  );
}

/** A condition on the key, with a parameter for each of its columns. */
export function keyCondition(columns: readonly RecordColumn[]): string {
  return columns.map(({ quoted }) => `${quoted} = ?`).join(' AND ');
}

/**
 * Returns the values that a key in a path may stand for. Answers show several values of a column without a type as the same text, so such
 * a key has several candidates, and the first one that finds a row is used.
 * @throws RowhouseError `not_found` for text that cannot be a value of the column, because no row has it.
 */
export function keyAlternatives(
  columns: readonly RecordColumn[],
  key: RecordKey,
): readonly (readonly SqliteValue[])[] {
  const texts = columns.length === 1 ? [key.whole] : key.parts;
  if (texts.length !== columns.length) throw wrongNumberOfParts(columns);
  return columns.reduce<readonly (readonly SqliteValue[])[]>(
    (lists, column, index) => {
      const values = valuesShownAs(texts[index] ?? '', column);
      return lists.flatMap((list) => values.map((value) => list.concat([value]))).slice(0, MAX_ALTERNATIVES);
    },
    [[]],
  );
}

/** The number of candidates multiplies with each column without a type. */
const MAX_ALTERNATIVES = 64;

function valuesShownAs(text: string, { kind, mayContainAnything }: RecordColumn): readonly SqliteValue[] {
  if (!mayContainAnything) return [keyValue(text, kind)];
  const bytes = kind === 'blob' ? bytesOf(text) : null;
  const number = integerKey(text) ?? infinityOf(text);
  return [bytes, number, text].filter((value) => value !== null);
}

function keyValue(text: string, kind: RecordColumn['kind']): SqliteValue {
  switch (kind) {
    case 'integer':
    case 'real':
    case 'numeric':
      return numericKey(text, kind) ?? throwNoSuchRecord();
    case 'blob':
      return bytesOf(text) ?? throwNoSuchRecord();
    case 'any':
    case 'text':
      return text;
  }
}

function bytesOf(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

function throwNoSuchRecord(): never {
  throw noSuchRecord();
}

export function noSuchRecord(): RowhouseError {
  return new RowhouseError('not_found', 'There is no such record.');
}

function wrongNumberOfParts(columns: readonly RecordColumn[]): SubjectError {
  const names = columns.map(({ name }) => name).join(', ');
  const message = `must be the ${columns.length} parts of the key (${names}), joined by commas`;
  return invalidInput(['key'], message);
}
