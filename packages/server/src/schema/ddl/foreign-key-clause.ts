import type { Deferral } from '../model.ts';
import { DdlSyntaxError, type StatementReader } from './statement-reader.ts';

/** The properties that only the text of a foreign key has; its actions come from PRAGMA foreign_key_list. */
export interface ForeignKeyText {
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly referencedTable: string;
  readonly match: string | null;
  readonly deferral: Deferral;
}

/**
 * Parses the clause after the word REFERENCES, without its deferral, which is a separate constraint in a column definition.
 * https://www.sqlite.org/syntax/foreign-key-clause.html
 */
export function readForeignKeyClause(
  reader: StatementReader,
  name: string | null,
  columns: readonly string[],
): ForeignKeyText {
  const referencedTable = reader.name();
  if (reader.at('(')) readNames(reader);
  return { name, columns, referencedTable, match: readActions(reader), deferral: 'NOT DEFERRABLE' };
}

/** Skips the actions, which come from PRAGMA foreign_key_list, and returns the name after MATCH. */
function readActions(reader: StatementReader): string | null {
  let match: string | null = null;
  for (;;) {
    if (reader.take('MATCH')) {
      match = reader.name().toUpperCase();
    } else if (reader.take('ON')) {
      if (reader.takeOne(['DELETE', 'UPDATE', 'INSERT']) === null)
        throw new DdlSyntaxError('ON without an event');
      const first = reader.name().toUpperCase();
      if (first === 'SET' || first === 'NO') reader.name();
    } else {
      return match;
    }
  }
}

/** Parses `(a, b)`. In very old files a name may have a COLLATE or a sort order, which has no effect there. */
export function readNames(reader: StatementReader): readonly string[] {
  const names: string[] = [];
  reader.expect('(');
  do {
    names.push(reader.name());
    while (!reader.at(',') && !reader.at(')') && reader.kind !== 'end') reader.advance();
  } while (reader.take(','));
  reader.expect(')');
  return names;
}

/** Parses `DEFERRABLE [INITIALLY …]`, after the word NOT if there is one. */
export function readDeferral(reader: StatementReader, not: boolean): Deferral {
  reader.expect('DEFERRABLE');
  let deferred = false;
  if (reader.take('INITIALLY')) {
    deferred = reader.take('DEFERRED');
    if (!deferred) reader.expect('IMMEDIATE');
  }
  if (not) return 'NOT DEFERRABLE';
  return deferred ? 'INITIALLY DEFERRED' : 'INITIALLY IMMEDIATE';
}
