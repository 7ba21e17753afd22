import { readCreateVirtualTable, type VirtualTableText } from '../../../schema/ddl/create-virtual-table.ts';
import { DdlSyntaxError, unquote } from '../../../schema/ddl/statement-reader.ts';
import { foldName } from '../../../schema/identifier.ts';
import type { StoredObject } from '../../../schema/model.ts';

/** The folded name of a virtual table's module; empty if the stored text cannot be parsed. */
export function moduleOf(table: StoredObject): string {
  return foldName(textOf(table).module);
}

/** The value of a module's argument `option=…`, or null. */
export function moduleOption(table: StoredObject, option: string): string | null {
  for (const argument of textOf(table).arguments) {
    const [, name = '', value = ''] = /^(\w+)\s*=\s*([^]*)$/.exec(argument.trim()) ?? [];
    if (name.toLowerCase() === option && value !== '') return unquote(value);
  }
  return null;
}

/**
 * The table or view that a full-text table or a vocabulary table reads by its name; null if it reads none.
 * https://www.sqlite.org/fts5.html#external_content_tables, https://www.sqlite.org/fts5.html#the_fts5vocab_virtual_table_module,
 * https://www.sqlite.org/fts3.html#fts4aux
 */
export function nameReadBy(table: StoredObject): string | null {
  const { arguments: values } = textOf(table);
  switch (moduleOf(table)) {
    case 'fts4':
    case 'fts5':
      return moduleOption(table, 'content') || null;
    case 'fts5vocab':
      // The last argument is the kind of vocabulary. The name of a database may come first.
      return unquotedOrNull(values.at(-2));
    case 'fts4aux':
      return unquotedOrNull(values.at(-1));
    default:
      return null;
  }
}

function unquotedOrNull(text: string | undefined): string | null {
  return text === undefined ? null : unquote(text);
}

function textOf({ sql }: StoredObject): VirtualTableText {
  try {
    return readCreateVirtualTable(sql);
  } catch (error) {
    if (!(error instanceof DdlSyntaxError)) throw error;
    return { module: '', arguments: [] };
  }
}
