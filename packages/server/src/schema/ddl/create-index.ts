import { readCreatePrefix } from './create-prefix.ts';
import { type IndexedTermText, readIndexedTerms } from './indexed-terms.ts';
import { StatementReader } from './statement-reader.ts';

/** The properties that only the text of a CREATE INDEX has. */
export interface IndexText {
  readonly terms: readonly IndexedTermText[];
  readonly where: string | null;
}

/**
 * Parses a CREATE INDEX as stored in sqlite_schema.
 * @throws DdlSyntaxError if the text is not a CREATE INDEX.
 */
export function readCreateIndex(sql: string): IndexText {
  const reader = new StatementReader(sql);
  readCreatePrefix(reader, 'INDEX');
  reader.expect('ON');
  reader.name();
  const terms = readIndexedTerms(reader);
  return { terms, where: reader.take('WHERE') ? restOfText(reader) : null };
}

/** From the next token to the last one, without trailing comments. */
function restOfText(reader: StatementReader): string {
  const { start } = reader.token;
  let { end } = reader.token;
  for (; reader.kind !== 'end'; reader.advance()) ({ end } = reader.token);
  return reader.text.slice(start, end);
}
