import { Tokenizer } from '../../../schema/ddl/tokenizer.ts';
import { openDatabase } from '../connection/open-database.ts';

/** More places than this are not looked at. */
const MAX_PLACES = 50;

/**
 * Where in a statement SQLite found a syntax error, counted in characters (UTF-16 code units) from 0; null where that cannot
 * be told. SQLite names only the token, which may stand in several places: the text up to the end of the right one already
 * has the same error, while up to an earlier one it is only incomplete.
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
