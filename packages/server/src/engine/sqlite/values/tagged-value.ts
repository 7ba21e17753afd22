import { jsonNumberOf } from '../../../core/json-number.ts';
import { invalidInput } from '../../../core/subject-error.ts';
import { type PlainValue, type TaggedValue, tagOf, TAGS } from '../../../core/tagged-value.ts';
import type { StorageKind } from '../../../schema/storage-kind.ts';
import { bytesOfBase64 } from './base64.ts';
import { type BoundValue } from './bound-value.ts';
import { infinityOf, integerOf } from './numbers.ts';
import type { SqliteValue } from './record-value.ts';

/** Where a value is shown. */
export interface Shown {
  /** How the column reads a string: as base64, or `Infinity` as a number. */
  readonly kind: StorageKind;
  /** The bytes of a text, in the encoding of its database; undefined if the text is known to be valid Unicode. */
  readonly textBytes?: Uint8Array;
}

/** A value in the tagged form for clients: with a tag if JSON, JavaScript or the column would otherwise change it. */
export function toTaggedValue(value: SqliteValue, { kind, textBytes }: Shown): PlainValue | TaggedValue {
  if (value === null) return null;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : { $integer: String(value) };
  }
  if (typeof value === 'number') {
    const isKept = Number.isFinite(value) && !Number.isInteger(value);
    return isKept ? value : { $real: realText(value) };
  }
  if (typeof value !== 'string') return { $blob: base64Of(value) };
  if (textBytes !== undefined && !isEncodingOf(textBytes, value)) return { $text_bytes: base64Of(textBytes) };
  return kind === 'blob' || (kind === 'real' && infinityOf(value) !== null) ? { $text: value } : value;
}

/** The shortest decimal number that is read as this REAL, with a point or an exponent. */
export function realText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Whether SQLite encodes this text as these bytes, in one of its encodings. */
function isEncodingOf(bytes: Uint8Array, text: string): boolean {
  if (Buffer.from(text).equals(bytes)) return true;
  // SQLite replaces U+FFFE and U+FFFF when it converts a text to UTF-16.
  if (/[\ufffe\uffff]/.test(text)) return false;
  const utf16 = Buffer.from(text, 'utf16le');
  return utf16.equals(bytes) || (utf16.length === bytes.byteLength && utf16.swap16().equals(bytes));
}

/** @throws SubjectError `validation_failed`. */
export function readTaggedValue(tagged: TaggedValue): BoundValue {
  const [tag, content] = tagOf(tagged);
  const value = READERS[tag](content);
  if (value === null) throw invalidInput([tag], `must be ${TAGS[tag]}`);
  return value;
}

/** Reads the string of each tag; null for a string that the tag does not allow. A missing tag does not compile. */
const READERS: Readonly<Record<keyof typeof TAGS, (content: string) => BoundValue>> = {
  $blob: bytesOfBase64,
  $integer: integerOf,
  $real: (content) => infinityOf(content) ?? jsonNumberOf(content),
  $text: (content) => (content.isWellFormed() ? content : null),
  $text_bytes: (content) => {
    const textBytes = bytesOfBase64(content);
    return textBytes === null ? null : { textBytes };
  },
};
