import { isUtf8 } from 'node:buffer';

import { RowhouseError, invalidField } from '../../core/errors.ts';
import { readExactJson } from './exact-json.ts';
import { InvalidJsonError, positionOf } from './invalid-json.ts';
import { readStructure, type StructureOptions } from './json-structure.ts';

/**
 * Parses a non-empty request body in pieces: yields the number of remaining characters. An integer beyond ±(2^53−1) is a
 * `bigint`, which keeps all digits; `Type.Integer()` and `Type.Number()` refuse it. With `realNumbers`, a number such as `3.0` is a
 * `RealNumber`.
 * @throws RowhouseError `invalid_json` with line and column; `validation_failed` for a name that could reach the prototypes
 * of JavaScript's objects.
 */
export function* parseJsonBody(bytes: Buffer, options: StructureOptions): Generator<number, unknown> {
  if (!isUtf8(bytes)) throw invalidUtf8(bytes);
  const text = bytes.toString('utf8');
  if (text.startsWith(BYTE_ORDER_MARK)) {
    throw invalidJson('at line 1, column 1, there is a byte order mark before the JSON');
  }
  const structure = structureOf(text, options);
  const value = yield* readExactJson(text, structure);
  const unsafeName = structure.namesPrototype ? unsafeNameIn(value) : null;
  if (unsafeName !== null) throw invalidField(`body${unsafeName}`, 'is not an allowed name');
  return value;
}

const BYTE_ORDER_MARK = '\u{feff}';

function structureOf(text: string, options: StructureOptions): ReturnType<typeof readStructure> {
  try {
    return readStructure(text, options);
  } catch (error) {
    throw error instanceof InvalidJsonError ? invalidJson(error.message) : error;
  }
}

function invalidJson(reason: string): RowhouseError {
  return new RowhouseError('invalid_json', `The body is not JSON: ${reason}.`);
}

function invalidUtf8(bytes: Buffer): RowhouseError {
  const before = bytes.toString('utf8', 0, firstInvalidByte(bytes));
  const { line, column } = positionOf(before, before.length);
  return invalidJson(`at line ${line}, column ${column}, the bytes are not UTF-8`);
}

function firstInvalidByte(bytes: Buffer): number {
  let valid = 0;
  let end = bytes.length;
  // A text that is valid up to the start of a character is valid in every part, so a binary search finds the place.
  while (end - valid > 4_096) {
    let middle = (valid + end) >> 1;
    while (middle > valid && isContinuation(bytes[middle])) middle -= 1;
    if (middle === valid) break;
    if (isUtf8(bytes.subarray(valid, middle))) valid = middle;
    else end = middle;
  }
  return valid + firstReplaced(bytes.subarray(valid, end));
}

/** Returns whether a byte is a continuation byte of a character: 10xxxxxx. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/**
 * Finds the first invalid byte. Decoding replaces invalid bytes with U+FFFD; the first U+FFFD that is not in the bytes marks
 * the place.
 */
function firstReplaced(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  let offset = 0;
  let from = 0;
  for (;;) {
    const replacement = text.indexOf('\u{fffd}', from);
    if (replacement === -1) return bytes.length;
    offset += Buffer.byteLength(text.slice(from, replacement));
    if (!bytes.subarray(offset, offset + 3).equals(REPLACEMENT_CHARACTER)) return offset;
    offset += REPLACEMENT_CHARACTER.length;
    from = replacement + 1;
  }
}

const REPLACEMENT_CHARACTER = Buffer.from('\u{fffd}');

/** Returns the path of the first name that reaches a prototype. `readStructure` has limited the nesting of the value. */
function unsafeNameIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) {
    const array: readonly unknown[] = value;
    for (let index = 0; index < array.length; index++) {
      const inner = unsafeNameIn(array[index]);
      if (inner !== null) return `[${index}]${inner}`;
    }
    return null;
  }
  for (const name of Object.keys(value)) {
    const held: unknown = Reflect.get(value, name);
    if (name === '__proto__' || (name === 'constructor' && hasPrototype(held))) return `.${name}`;
    const inner = unsafeNameIn(held);
    if (inner !== null) return `.${name}${inner}`;
  }
  return null;
}

function hasPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}
