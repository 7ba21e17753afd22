import type { StatementReader } from './statement-reader.ts';

/**
 * Skips CREATE, the words after it, and the name of the object. sqlite_schema stores only `CREATE TABLE name`, but a forged or very old
 * text may contain more.
 */
export function readCreatePrefix(reader: StatementReader, ...words: readonly string[]): void {
  reader.expect('CREATE');
  if (!reader.take('TEMP')) reader.take('TEMPORARY');
  reader.take('UNIQUE');
  for (const word of words) reader.expect(word);
  // `IF` may also be the name.
  if (reader.take('IF')) {
    if (!reader.take('NOT')) return;
    reader.expect('EXISTS');
  }
  reader.name();
  if (reader.take('.')) reader.name();
}
