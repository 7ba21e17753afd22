import { invalidField } from '../core/errors.ts';

/** The contents and order of a page. A cursor of one kind is invalid for another. */
export type CursorKind = 'latest' | 'slowest' | 'requests' | 'calls';

/** Returns the start of the next page as opaque text for the client. */
export function writeCursor(kind: CursorKind, numbers: readonly number[]): string {
  return Buffer.from(JSON.stringify([kind, ...numbers])).toString('base64url');
}

/** @throws RowhouseError `validation_failed` for text that is not a cursor of this kind. */
export function readCursor(kind: CursorKind, count: number, text: string): readonly number[] {
  try {
    const cursor: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(cursor)) {
      const [found, ...numbers] = cursor as readonly unknown[];
      if (found === kind && numbers.length === count && numbers.every(isPosition)) return numbers;
    }
  } catch {
    // The text is not a cursor.
  }
  throw invalidField('query.cursor', 'must be the next_cursor of the previous page, with the same sort');
}

function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
