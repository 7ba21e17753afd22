import { foldName } from '../../identifier.ts';
import { StatementReader, unquote } from '../statement-reader.ts';

/** Whether the name is one of the tokens of the text, in any case and quotes and with any meaning. */
export function mentionsName(text: string, name: string): boolean {
  const folded = foldName(name);
  for (const reader = new StatementReader(text); reader.kind !== 'end'; reader.advance()) {
    const { kind, start, end } = reader.token;
    const mayBeName = kind === 'word' || kind === 'quoted' || kind === 'string';
    if (mayBeName && foldName(unquote(text.slice(start, end))) === folded) return true;
  }
  return false;
}
