import type { DatabaseSync } from 'node:sqlite';

import { readCreateVirtualTable } from '../../../schema/ddl/create-virtual-table.ts';
import { DdlSyntaxError, unquote } from '../../../schema/ddl/statement-reader.ts';
import { foldName } from '../../../schema/identifier.ts';
import type { StoredTable } from '../../../schema/model.ts';
import { columnsOf } from './visible-columns.ts';
import { visibleTables } from './visible-tables.ts';

/** A full-text table that stores no text, but reads another table by name. */
export interface FullTextTable {
  readonly name: string;
  /** The folded names of the columns that it reads. */
  readonly columns: ReadonlySet<string>;
}

/**
 * The full-text tables that read this table. SQLite does not track them, so renaming the table does not update them.
 * https://www.sqlite.org/fts5.html#external_content_tables
 */
export function fullTextTablesOver(database: DatabaseSync, table: string): readonly FullTextTable[] {
  const virtual = visibleTables(database).filter(({ kind }) => kind === 'virtual');
  return virtual
    .filter((each) => {
      const content = moduleOption(each, 'content');
      return content !== null && foldName(content) === foldName(table);
    })
    .map((each) => {
      const names = columnsOf(database, each).map(({ name }) => name);
      const key = moduleOption(each, 'content_rowid');
      return { name: each.name, columns: new Set([...names, ...(key === null ? [] : [key])].map(foldName)) };
    });
}

/** The value of a module's argument `option=…`, or null. */
export function moduleOption(table: StoredTable, option: string): string | null {
  for (const argument of argumentsOf(table)) {
    const [, name = '', value = ''] = /^(\w+)\s*=\s*([^]*)$/.exec(argument.trim()) ?? [];
    if (name.toLowerCase() === option && value !== '') return unquote(value);
  }
  return null;
}

function argumentsOf({ sql }: StoredTable): readonly string[] {
  try {
    return readCreateVirtualTable(sql).arguments;
  } catch (error) {
    if (!(error instanceof DdlSyntaxError)) throw error;
    return [];
  }
}
