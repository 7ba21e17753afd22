import { randomBytes } from 'node:crypto';

import { realNumber, type RealNumber } from '../../core/real-number.ts';
import { type JsonStructure, type LargeContainer, type Piece, readStructure } from './json-structure.ts';

/**
 * Parses JSON like `JSON.parse`, except that an integer beyond ±(2^53−1) becomes a `bigint` without losing digits, and a number such as
 * `3.0` a `RealNumber`.
 * @throws InvalidJsonError
 */
export function parseExactJson(text: string): unknown {
  const reading = readExactJson(text, readStructure(text, { realNumbers: true }));
  for (;;) {
    const { done, value } = reading.next();
    if (done === true) return value;
  }
}

/**
 * Like `parseExactJson`, in pieces: yields the number of remaining characters, so the caller can do other work in between. A
 * reviver would cost 3 µs per value. Instead, each exact number of the structure is replaced in the text by a marked string, and
 * only pieces with such a number are walked.
 */
export function* readExactJson(text: string, structure: JsonStructure): Generator<number, unknown> {
  const reader = new PieceReader(text, structure.exactNumbers);
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

/** Defines a property like `JSON.parse`: `__proto__` is an ordinary name, and the last value of a name wins. */
function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

type Members = Extract<Piece, { kind: 'members' }>;
type Large = Extract<Piece, { kind: 'large' }>;

/** Reads the pieces of a text, in the order of the text. */
class PieceReader {
  readonly #text: string;
  readonly #exactNumbers: readonly number[];
  #nextNumber = 0;
  charactersLeft: number;

  constructor(text: string, exactNumbers: readonly number[]) {
    this.#text = text;
    this.#exactNumbers = exactNumbers;
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
    const first = this.#nextNumber;
    const marked = this.#marked(start, end);
    const value: unknown = JSON.parse(open + marked + close);
    return this.#nextNumber === first ? value : unmarked(value);
  }

  /** Returns the text with each exact number as a marked string. */
  #marked(start: number, end: number): string {
    const parts: string[] = [];
    let from = start;
    for (;;) {
      const numberStart = this.#exactNumbers[this.#nextNumber] ?? end;
      if (numberStart >= end) break;
      const numberEnd = this.#exactNumbers[this.#nextNumber + 1] ?? end;
      this.#nextNumber += 2;
      parts.push(
        this.#text.slice(from, numberStart),
        '"',
        MARK,
        this.#text.slice(numberStart, numberEnd),
        '"',
      );
      from = numberEnd;
    }
    parts.push(this.#text.slice(from, end));
    return parts.length === 1 ? (parts[0] ?? '') : parts.join('');
  }
}

/** No client can guess the mark: it is random in each process and never sent. */
const MARK = `${randomBytes(12).toString('base64')} `;

/**
 * The maximum number of digits that are read. No type stores an integer of more than 309 digits, and parsing a million
 * digits would take seconds. The first digits of a longer integer are enough to refuse it with the same message.
 */
const MAX_DIGITS = 1_000;

/** Walks arrays and objects, whose nesting `readStructure` has limited. */
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
    // `__proto__` is an own property here, so this does not reach a prototype.
    if (typeof inner === 'string' || typeof inner === 'object') object[name] = unmarked(inner);
  }
  return object;
}

function exactly(text: string): number | bigint | RealNumber {
  const isInteger = !/[.eE]/.test(text);
  const digits = isInteger ? text.slice(0, MAX_DIGITS) : text;
  const number = Number(digits);
  if (Number.isSafeInteger(number)) return isInteger ? number : realNumber(number);
  return isInteger ? BigInt(digits) : number;
}
