import { Tokenizer } from '../../../schema/ddl/tokenizer.ts';
import { openDatabase } from '../connection/open-database.ts';

/** The maximum number of places that are tried. */
const MAX_PLACES = 50;

/**
 * The position of a syntax error in a statement, in UTF-16 code units from 0; null if it cannot be determined. SQLite reports only the
 * token, which may occur several times: the text up to the end of the right occurrence has the same error, whereas the text up to an
 * earlier one is only incomplete.
 */
export function findSyntaxError(sql: string, message: string): number | null {
  const token = /^near "([^]*)": syntax error$/.exec(message)?.[1];
  if (token === undefined) return null;
  const places = placesOf(sql, token).slice(0, MAX_PLACES);
  if (places.length === 0) return null;
  using database = openDatabase(':memory:', { mode: 'read-write' });
  const found = places.find((start) => {
    try {
      database.prepare(sql.slice(0, start + token.length));
      return false;
    } catch (error) {
      return error instanceof Error && error.message === message;
    }
  });
  return found ?? null;
}

function placesOf(sql: string, token: string): readonly number[] {
  const tokenizer = new Tokenizer(sql);
  const places: number[] = [];
  while (tokenizer.next()) {
    if (sql.slice(tokenizer.start, tokenizer.end) === token) places.push(tokenizer.start);
  }
  return places;
}
