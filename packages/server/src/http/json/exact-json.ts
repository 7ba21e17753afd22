import { randomBytes } from 'node:crypto';

import { type JsonStructure, type LargeContainer, type Piece, readStructure } from './json-structure.ts';

/**
 * Parses JSON as `JSON.parse` does, but for integers beyond ±(2^53−1): each is a `bigint`, so that no digit of it is lost.
 * @throws JsonFault
 */
export function parseExactJson(text: string): unknown {
  const reading = readExactJson(text, readStructure(text));
  for (;;) {
    const { done, value } = reading.next();
    if (done === true) return value;
  }
}

/**
 * The same in pieces, for a caller that does something else between them: yields how many characters are left. A reviver would
 * cost 3 µs for every value; here an integer is put into the text as a string that is marked, and only what holds one is walked.
 */
export function* readExactJson(text: string, structure: JsonStructure): Generator<number, unknown> {
  const reader = new PieceReader(text, structure.longIntegers);
  if (structure.root === null) return reader.read('', 0, text.length, '');
  return yield* readContainer(structure.root, reader);
}

function* readContainer(container: LargeContainer, reader: PieceReader): Generator<number, unknown> {
  if (container.kind === 'array') {
    const array: unknown[] = [];
    for (const piece of container.pieces) {
      if (piece.kind === 'large') array.push(yield* readContainer(piece.value, reader));
      else for (const item of reader.readArray(piece)) array.push(item);
      yield reader.charactersLeft;
    }
    return array;
  }
  const object = {};
  for (const piece of container.pieces) {
    if (piece.kind === 'large') {
      const name = reader.readName(piece);
      define(object, name, yield* readContainer(piece.value, reader));
    } else for (const [name, value] of Object.entries(reader.readObject(piece))) define(object, name, value);
    yield reader.charactersLeft;
  }
  return object;
}

/** As `JSON.parse` does it: `__proto__` is a name like any other, and the last value of a name counts. */
function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

type Members = Extract<Piece, { kind: 'members' }>;
type Large = Extract<Piece, { kind: 'large' }>;

/** Reads the pieces of a text, which have to come in its order. */
class PieceReader {
  readonly #text: string;
  readonly #longIntegers: readonly number[];
  #nextInteger = 0;
  charactersLeft: number;

  constructor(text: string, longIntegers: readonly number[]) {
    this.#text = text;
    this.#longIntegers = longIntegers;
    this.charactersLeft = text.length;
  }

  readArray({ start, end }: Members): readonly unknown[] {
    return this.read('[', start, end, ']') as readonly unknown[];
  }

  readObject({ start, end }: Members): object {
    return this.read('{', start, end, '}') as object;
  }

  readName({ nameStart, nameEnd }: Large): string {
    return String(JSON.parse(this.#text.slice(nameStart, nameEnd)));
  }

  read(open: string, start: number, end: number, close: string): unknown {
    this.charactersLeft = this.#text.length - end;
    const first = this.#nextInteger;
    const marked = this.#marked(start, end);
    const value: unknown = JSON.parse(open + marked + close);
    return this.#nextInteger === first ? value : unmarked(value);
  }

  /** The text with each long integer as a marked string. */
  #marked(start: number, end: number): string {
    const parts: string[] = [];
    let from = start;
    for (;;) {
      const integerStart = this.#longIntegers[this.#nextInteger] ?? end;
      if (integerStart >= end) break;
      const integerEnd = this.#longIntegers[this.#nextInteger + 1] ?? end;
      this.#nextInteger += 2;
      const digits = this.#text.slice(integerStart, Math.min(integerEnd, integerStart + MAX_DIGITS));
      parts.push(this.#text.slice(from, integerStart), '"', MARK, digits, '"');
      from = integerEnd;
    }
    parts.push(this.#text.slice(from, end));
    return parts.length === 1 ? (parts[0] ?? '') : parts.join('');
  }
}

/** Which no client can guess, as it is another in each process and never told. */
const MARK = `${randomBytes(12).toString('base64')} `;

/**
 * Nothing takes an integer of more than 309 digits: neither 64 bits nor a double hold it. To make one of a million digits would
 * take seconds, so that of a longer one the first ones are read: it is refused with the same words.
 */
const MAX_DIGITS = 1_000;

/** Walks arrays and objects that are nested no deeper than `readStructure` lets them be. */
function unmarked(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? exactly(value.slice(MARK.length)) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const array: unknown[] = value;
    for (let index = 0; index < array.length; index++) array[index] = unmarked(array[index]);
    return array;
  }
  const object = value as Record<string, unknown>;
  for (const name of Object.keys(object)) {
    const inner = object[name];
    // `__proto__` is a property of its own here, so that this reaches no prototype.
    if (typeof inner === 'string' || typeof inner === 'object') object[name] = unmarked(inner);
  }
  return object;
}

function exactly(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}
