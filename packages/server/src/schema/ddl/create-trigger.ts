import type { TriggerParts } from '../model.ts';
import { readCreatePrefix } from './create-prefix.ts';
import { canEndExpression } from './expression-end.ts';
import { DdlSyntaxError, StatementReader, type Token } from './statement-reader.ts';

/**
 * Parses a CREATE TRIGGER as stored in sqlite_schema, up to its body.
 * @throws DdlSyntaxError if the text is not a CREATE TRIGGER.
 */
export function readCreateTrigger(sql: string): TriggerParts {
  const reader = new StatementReader(sql);
  const moment = readMoment(reader);
  reader.name();
  if (reader.take('.')) reader.name();
  if (reader.take('FOR')) {
    reader.expect('EACH');
    reader.expect('ROW');
  }
  return { ...moment, when: reader.take('WHEN') ? readCondition(reader) : null };
}

/** A database in the text of a trigger. */
export interface DatabaseInTrigger {
  readonly name: string;
  /** The text without it. */
  readonly withoutIt: string;
}

/** The database before the trigger's table, as in `ON attached.t`; null if there is none, or if it is the trigger's own. */
export function attachedDatabaseOf(sql: string): DatabaseInTrigger | null {
  try {
    const reader = new StatementReader(sql);
    readMoment(reader);
    const { start } = reader.token;
    const name = reader.name();
    if (!reader.take('.') || name.toLowerCase() === 'main') return null;
    return { name, withoutIt: sql.slice(0, start) + sql.slice(reader.token.start) };
  } catch (error) {
    if (!(error instanceof DdlSyntaxError)) throw error;
    return null;
  }
}

/** Up to the name of the table. */
function readMoment(reader: StatementReader): Omit<TriggerParts, 'when'> {
  readCreatePrefix(reader, 'TRIGGER');
  const timing = readTiming(reader);
  const event = reader.takeOne(['INSERT', 'UPDATE', 'DELETE']);
  if (event === null) throw new DdlSyntaxError('a trigger without an event');
  const updateOf = event === 'UPDATE' && reader.take('OF') ? readColumns(reader) : [];
  reader.expect('ON');
  return { timing, event, updateOf };
}

/** The default is BEFORE. https://www.sqlite.org/lang_createtrigger.html */
function readTiming(reader: StatementReader): TriggerParts['timing'] {
  if (!reader.take('INSTEAD')) return reader.takeOne(['BEFORE', 'AFTER']) ?? 'BEFORE';
  reader.expect('OF');
  return 'INSTEAD OF';
}

function readColumns(reader: StatementReader): readonly string[] {
  const columns: string[] = [];
  do {
    columns.push(reader.name());
  } while (reader.take(','));
  return columns;
}

/** Up to the BEGIN of the body. Where the expression cannot end, `begin` is the name of a column. */
function readCondition(reader: StatementReader): string {
  const { start } = reader.token;
  let last: Token | undefined;
  for (let depth = 0; ; reader.advance()) {
    if (reader.kind === 'end') throw new DdlSyntaxError('a trigger without a body');
    if (depth === 0 && reader.at('BEGIN') && canEndExpression(last))
      return reader.text.slice(start, last?.end);
    if (reader.at('(')) depth += 1;
    else if (reader.at(')')) depth -= 1;
    last = reader.token;
  }
}
