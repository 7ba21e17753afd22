import { foldName } from '../../identifier.ts';
import { unquote } from '../statement-reader.ts';
import { Tokenizer } from '../tokenizer.ts';

/** The collations that every SQLite has. https://www.sqlite.org/datatype3.html#collating_sequences */
const KNOWN: ReadonlySet<string> = new Set(['binary', 'nocase', 'rtrim']);

/** The statement with BINARY instead of every other collation. */
export function withKnownCollations(sql: string): string {
  const tokenizer = new Tokenizer(sql);
  let [text, copied, isCollation] = ['', 0, false];
  while (tokenizer.next()) {
    const { kind, start, end } = tokenizer;
    if (kind === 'space' || kind.endsWith('comment')) continue;
    const token = sql.slice(start, end);
    if (isCollation && !KNOWN.has(foldName(unquote(token)))) {
      text += `${sql.slice(copied, start)}BINARY`;
      copied = end;
    }
    isCollation = kind === 'word' && token.toUpperCase() === 'COLLATE';
  }
  return text + sql.slice(copied);
}
