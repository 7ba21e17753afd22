import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../core/errors.ts';
import { foldName, quoteIdentifier } from '../../../schema/identifier.ts';
import type { StoredTable } from '../../../schema/model.ts';
import { moduleOption, nameReadBy } from './module-text.ts';
import { columnsOf } from './visible-columns.ts';
import { visibleTables } from './visible-tables.ts';

/** A full-text table that stores no text, or the vocabulary of one: it reads another table by name. */
export interface FullTextTable {
  readonly name: string;
  /** The folded names of the columns that it reads. */
  readonly columns: ReadonlySet<string>;
}

/** The full-text and vocabulary tables that read this table. SQLite does not track them, so renaming the table does not update them. */
export function fullTextTablesOver(database: DatabaseSync, table: string): readonly FullTextTable[] {
  const virtual = visibleTables(database).filter(({ kind }) => kind === 'virtual');
  return virtual
    .filter((each) => {
      const read = nameReadBy(each);
      return read !== null && foldName(read) === foldName(table);
    })
    .map((each) => ({
      name: each.name,
      columns: new Set(isVocabulary(each) ? [] : contentColumns(database, each).map(foldName)),
    }));
}

/**
 * Runs a change of the schema, and refuses it if a full-text table can no longer read its content. The content may be a view, whose
 * columns change with those of its tables.
 * @throws RowhouseError `conflict`.
 */
export function keepFullTextReadable<Result>(database: DatabaseSync, change: () => Result): Result {
  const before = contentErrors(database);
  const result = change();
  if (before === null) return result;
  for (const [read, { name, reason }] of contentErrors(database) ?? []) {
    if (before.has(read)) continue;
    throw new RowhouseError('conflict', `The full-text table ${name} could no longer be read: ${reason}.`);
  }
  return result;
}

interface ContentError {
  /** The name of the full-text table. */
  readonly name: string;
  readonly reason: string;
}

/** The statements that read the content of full-text tables and do not compile; null if there are no virtual tables. */
function contentErrors(database: DatabaseSync): ReadonlyMap<string, ContentError> | null {
  const virtual = visibleTables(database).filter(({ kind }) => kind === 'virtual');
  if (virtual.length === 0) return null;
  const errors = new Map<string, ContentError>();
  for (const table of virtual) {
    const content = nameReadBy(table);
    if (content === null) continue;
    const columns = isVocabulary(table) ? ['1'] : contentColumns(database, table).map(inBackticks);
    const read = `SELECT ${columns.join(', ')} FROM main.${quoteIdentifier(content)}`;
    try {
      database.prepare(read);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      errors.set(read, { name: table.name, reason });
    }
  }
  return errors;
}

function isVocabulary(table: StoredTable): boolean {
  return moduleOption(table, 'content') === null;
}

function contentColumns(database: DatabaseSync, table: StoredTable): readonly string[] {
  const names = columnsOf(database, table).map(({ name }) => name);
  const language = moduleOption(table, 'languageid');
  const rowid = moduleOption(table, 'content_rowid') ?? 'rowid';
  return [rowid, ...names, ...(language === null ? [] : [language])];
}

/** Unlike a name in double quotes, it is never a string. */
function inBackticks(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
