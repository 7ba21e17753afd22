import { isUtf8 } from 'node:buffer';

import { RowhouseError, invalidField } from '../../errors.ts';
import { findJsonFault } from './json-syntax.ts';

/**
 * Parses a request body. An empty one is `undefined`. An integer beyond ±(2^53−1) is a `bigint`, so that no digit of it
 * is lost; a `Type.Integer()` or `Type.Number()` refuses it.
 * @throws RowhouseError `invalid_json` with line and column; `validation_failed` for a field that would reach into the
 * prototypes of JavaScript's objects.
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw invalidUtf8(bytes);
  const text = bytes.toString('utf8');
  if (text.startsWith(BYTE_ORDER_MARK)) {
    throw invalidJson(1, 1, 'a byte order mark stands where JSON should start');
  }
  const value = parse(text);
  if (MAY_POISON.test(text)) refusePoison(value);
  return value;
}

declare global {
  interface JSON {
    /** With the text of each value that is no object, which TypeScript does not declare yet. */
    parse(text: string, reviver: ReviverWithSource): unknown;
  }
}

type ReviverWithSource = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

const BYTE_ORDER_MARK = '\u{feff}';

function invalidUtf8(bytes: Buffer): RowhouseError {
  const before = bytes.toString('utf8', 0, firstInvalidByte(bytes));
  const line = before.split('\n').length;
  return invalidJson(line, before.length - before.lastIndexOf('\n'), 'the bytes are not UTF-8');
}

/** Decoding puts U+FFFD where bytes make no character; the first one that was not U+FFFD in the bytes marks the place. */
function firstInvalidByte(bytes: Buffer): number {
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

/** JSON as `parseJsonBody` takes it. @throws SyntaxError, RangeError where it is nested too deeply. */
export function parseExactJson(text: string): unknown {
  const value = MAY_HOLD_LARGE_INTEGER.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
  if (isDeeperThan(MAX_DEPTH, value)) throw new RangeError(`JSON nested deeper than ${MAX_DEPTH} levels`);
  return value;
}

/** No request has a use for a tenth of it; and what is nested by the thousand cannot be handed to a thread. */
const MAX_DEPTH = 64;

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

function parse(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch (error) {
    const fault = findJsonFault(text);
    if (fault !== null) throw invalidJson(fault.line, fault.column, fault.reason);
    if (error instanceof RangeError) throw invalidJson(1, 1, `it is nested deeper than ${MAX_DEPTH} levels`);
    throw error;
  }
}

/** The smallest integer that JavaScript's numbers round, 2^53, has 16 digits. */
const MAY_HOLD_LARGE_INTEGER = /\d{16}/;

/** https://tc39.es/proposal-json-parse-with-source/ */
function exactInteger(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context.source ?? '';
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

function invalidJson(line: number, column: number, reason: string): RowhouseError {
  return new RowhouseError(
    'invalid_json',
    `The body is not JSON: at line ${line}, column ${column}, ${reason}.`,
  );
}

/** Cheap and never wrong in the other direction: either key written plainly, or with an escape somewhere in it. */
const MAY_POISON = /__proto__|"constructor"|\\u00/;

function refusePoison(body: unknown): void {
  const open: { readonly path: string; readonly value: unknown }[] = [{ path: 'body', value: body }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    const isArray = Array.isArray(next.value);
    for (const [key, value] of Object.entries(next.value)) {
      const path = isArray ? `${next.path}[${key}]` : `${next.path}.${key}`;
      if (!isArray && (key === '__proto__' || (key === 'constructor' && hasPrototype(value)))) {
        throw invalidField(path, 'is not a name that can be taken');
      }
      open.push({ path, value });
    }
  }
}

function hasPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}
