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
  readCreatePrefix(reader, 'TRIGGER');
  const timing = readTiming(reader);
  const event = reader.takeOne(['INSERT', 'UPDATE', 'DELETE']);
  if (event === null) throw new DdlSyntaxError('a trigger without an event');
  const updateOf = event === 'UPDATE' && reader.take('OF') ? readColumns(reader) : [];
  reader.expect('ON');
  reader.name();
  if (reader.take('.')) reader.name();
  if (reader.take('FOR')) {
    reader.expect('EACH');
    reader.expect('ROW');
  }
  return { timing, event, updateOf, when: reader.take('WHEN') ? readCondition(reader) : null };
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
