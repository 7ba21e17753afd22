import { invalidField } from '../core/errors.ts';

/** What a page is of, and how it is sorted: a cursor of one is none of another. */
export type CursorKind = 'latest' | 'slowest' | 'requests' | 'calls';

/** Where the next page goes on, as text that a client sends back as it got it. */
export function writeCursor(kind: CursorKind, numbers: readonly number[]): string {
  return Buffer.from(JSON.stringify([kind, ...numbers])).toString('base64url');
}

/** @throws RowhouseError `validation_failed` for text that is no cursor of this kind. */
export function readCursor(kind: CursorKind, count: number, text: string): readonly number[] {
  try {
    const cursor: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(cursor)) {
      const [found, ...numbers] = cursor as readonly unknown[];
      if (found === kind && numbers.length === count && numbers.every(isPosition)) return numbers;
    }
  } catch {
    // Whatever it is, it is no cursor.
  }
  throw invalidField('query.cursor', 'must be the next_cursor of the previous page, with the same sort');
}

function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
