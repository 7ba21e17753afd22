import type { StorageKind } from '../../../schema/storage-kind.ts';
import { bytesOfBase64 } from '../values/base64.ts';
import { bindValue } from '../values/bind-value.ts';
import { type BoundValue, isTextBytes } from '../values/bound-value.ts';
import { infinityOf, integerOf, longIntegerOf, realWrittenAs } from '../values/numbers.ts';
import type { RecordColumn } from './record-table.ts';
import { mayContainBlobs } from './shown-value.ts';

/**
 * The values that equal a client's value in a filter on this column: usually one. Plain answers show an integer beyond ±(2^53−1), an
 * infinity and a BLOB as text, so such a text also stands for the value that it shows.
 * @throws SubjectError `validation_failed`, about the value.
 */
export function equalOperands(value: unknown, column: RecordColumn): readonly BoundValue[] {
  if (column.facts.format === 'tagged') return [bindValue(value, column.kind)];
  if (typeof value === 'bigint') return equalNumbers(value, column);
  const operands = comparedOperands(value, column);
  if (typeof value !== 'string' || !mayContainBlobs(column)) return operands;
  const bytes = operands.some((each) => each instanceof Uint8Array) ? null : bytesOfBase64(value);
  const word = column.kind === 'real' && infinityOf(value) !== null ? value : null;
  return [...operands, bytes, word].filter((each) => each !== null);
}

/** The integer, and the REAL that JavaScript writes in this way. */
function equalNumbers(value: bigint, { kind }: RecordColumn): readonly BoundValue[] {
  const real = kind === 'real' ? null : realWrittenAs(value);
  const number = boundNumber(value, kind);
  return real === null || real === number ? [number] : [number, real];
}

/** The integer. One that an INTEGER cannot be is the REAL that JavaScript writes in this way, such as 1e20. */
function boundNumber(value: bigint, kind: StorageKind): BoundValue {
  const real = BigInt.asIntN(64, value) === value ? null : realWrittenAs(value);
  return real ?? bindValue(value, kind);
}

/**
 * The values that a client's value stands for in a comparison of order. In a column whose strings are read as base64 it is compared
 * with texts and with BLOBs.
 * @throws SubjectError `validation_failed`, about the value.
 */
export function comparedOperands(value: unknown, column: RecordColumn): readonly BoundValue[] {
  const { kind, facts, mayContainAnything } = column;
  if (facts.format === 'tagged') return [bindValue(value, kind)];
  if (typeof value === 'bigint') return [boundNumber(value, kind)];
  if (typeof value !== 'string') return [bindValue(value, kind)];
  if (mayContainAnything) return [...shownAs(value, 'any'), ...bytesOf(value, kind)];
  if (kind === 'text' || kind === 'blob') return [bindValue(value, kind)];
  // As an integer, because a column of a view may have no affinity that converts the digits.
  const integer = integerOf(value);
  return integer === null ? shownAs(value, kind) : [bindValue(integer, kind)];
}

/** The text, and the number that an answer shows as this text. */
function shownAs(text: string, kind: StorageKind): readonly BoundValue[] {
  const bound = bindValue(text, kind);
  const infinity = infinityOf(text);
  if (infinity !== null) return kind === 'real' ? [bound] : [bound, infinity];
  const integer = longIntegerOf(text);
  return integer === null ? [bound] : [bound, integer];
}

function bytesOf(text: string, kind: StorageKind): readonly BoundValue[] {
  const bytes = kind === 'blob' ? bytesOfBase64(text) : null;
  return bytes === null ? [] : [bytes];
}

export type StorageClass = 'number' | 'text' | 'blob';

/** The class of the value after SQLite has applied the column's affinity to it. */
export function storageClassOf(value: BoundValue, kind: StorageKind): StorageClass {
  if (value instanceof Uint8Array) return 'blob';
  if (kind === 'text' || isTextBytes(value)) return 'text';
  const isNumeric = kind === 'integer' || kind === 'real' || kind === 'numeric';
  return typeof value === 'string' && !(isNumeric && NUMBER.test(value)) ? 'text' : 'number';
}

/** A text that SQLite converts to a number, with its spaces. https://www.sqlite.org/datatype3.html#type_affinity */
const NUMBER = /^[ \t-\r]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?[ \t-\r]*$/i;
