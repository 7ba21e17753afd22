import { readCreatePrefix } from './create-prefix.ts';
import { DdlSyntaxError, StatementReader, type Token } from './statement-reader.ts';

export interface VirtualTableText {
  readonly module: string;
  /** As passed to the module: each from its first token to its last, without empty ones. */
  readonly arguments: readonly string[];
}

/**
 * Parses a CREATE VIRTUAL TABLE as stored in sqlite_schema.
 * @throws DdlSyntaxError if the text is not a CREATE VIRTUAL TABLE.
 */
export function readCreateVirtualTable(sql: string): VirtualTableText {
  const reader = new StatementReader(sql);
  readCreatePrefix(reader, 'VIRTUAL', 'TABLE');
  reader.expect('USING');
  const module = reader.name();
  return { module, arguments: reader.take('(') ? readArguments(reader) : [] };
}

function readArguments(reader: StatementReader): readonly string[] {
  const texts: string[] = [];
  let first: Token | null = null;
  let end = 0;
  for (let depth = 1; ; reader.advance()) {
    if (reader.kind === 'end') throw new DdlSyntaxError('the arguments of a module are not closed');
    if (reader.at('(')) depth += 1;
    else if (reader.at(')')) depth -= 1;
    if (depth === 0 || (depth === 1 && reader.at(','))) {
      if (first !== null) texts.push(reader.text.slice(first.start, end));
      first = null;
      if (depth === 0) return texts;
    } else {
      first ??= reader.token;
      ({ end } = reader.token);
    }
  }
}
