import { RowhouseError } from '../../../core/errors.ts';
import { invalidInput, type SubjectError } from '../../../core/subject-error.ts';
import type { RecordKey } from '../../project-records.ts';
import type { RecordColumn, RecordTable } from '../rows/record-table.ts';
import type { SqliteValue } from '../values/record-value.ts';

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
 * The values of a key in a path.
 * @throws RowhouseError `not_found` for text that cannot be a value of the column, because no row has it.
 */
export function keyValues(columns: readonly RecordColumn[], key: RecordKey): readonly SqliteValue[] {
  const texts = columns.length === 1 ? [key.whole] : key.parts;
  if (texts.length !== columns.length) throw wrongNumberOfParts(columns);
  return columns.map(({ kind }, index) => keyValue(texts[index] ?? '', kind));
}

function keyValue(text: string, kind: RecordColumn['kind']): SqliteValue {
  switch (kind) {
    case 'integer':
      return integerOf(text) ?? otherThanInteger(text);
    // In a column without a type, a key that looks like an integer is one.
    case 'any':
      return integerOf(text) ?? text;
    case 'real':
      return realOf(text) ?? text;
    case 'blob': {
      const bytes = Buffer.from(text, 'base64');
      return bytes.toString('base64') === text ? bytes : nowhere();
    }
    // SQLite converts text that looks like a number, as it did when the value was stored.
    case 'numeric':
    case 'text':
      return text;
  }
}

function integerOf(text: string): bigint | null {
  if (!/^-?\d{1,19}$/.test(text)) return null;
  const integer = BigInt(text);
  return BigInt.asIntN(64, integer) === integer ? integer : null;
}

/** A column outside STRICT tables also stores what is not an integer: another JSON number, or text. */
function otherThanInteger(text: string): SqliteValue {
  if (!/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(text)) return text;
  return String(Number(text)) === text ? Number(text) : nowhere();
}

function realOf(text: string): number | null {
  return text.trim() === '' || Number.isNaN(Number(text)) ? null : Number(text);
}

function nowhere(): never {
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
