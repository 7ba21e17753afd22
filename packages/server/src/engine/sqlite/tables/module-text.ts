import { readCreateVirtualTable, type VirtualTableText } from '../../../schema/ddl/create-virtual-table.ts';
import { DdlSyntaxError, unquote } from '../../../schema/ddl/statement-reader.ts';
import { foldName } from '../../../schema/identifier.ts';
import type { StoredObject } from '../../../schema/model.ts';

/** The stored text of a virtual table. */
type StoredText = Pick<StoredObject, 'sql'>;

/** The folded name of a virtual table's module; empty if the stored text cannot be parsed. */
export function moduleOf(table: StoredText): string {
  return foldName(textOf(table).module);
}

/** The value of the option `option=…` of a full-text table, or null. FTS3 has no options: `content="t"` is a column there. */
export function moduleOption(table: StoredText, option: string): string | null {
  const module = moduleOf(table);
  if (module !== 'fts4' && module !== 'fts5') return null;
  const values = textOf(table).arguments.flatMap((argument) => {
    const [, name = '', value = ''] = /^(\w+)\s*=\s*([^]*)$/.exec(argument.trim()) ?? [];
    const whole = module === 'fts5' ? fts5Option(name) : name.toLowerCase();
    return whole === option && value !== '' ? [unquote(value)] : [];
  });
  // FTS4 takes the last one, and FTS5 refuses a second one.
  return values.at(-1) ?? null;
}

/** In the order of fts5ConfigParseSpecial(), which takes the first one that begins with the name. */
const FTS5_OPTIONS = [
  'prefix',
  'tokenize',
  'content',
  'contentless_delete',
  'contentless_unindexed',
  'content_rowid',
  'columnsize',
  'locale',
  'detail',
  'tokendata',
];

function fts5Option(name: string): string | undefined {
  return FTS5_OPTIONS.find((option) => name !== '' && option.startsWith(name.toLowerCase()));
}

/**
 * The table or view that a full-text table or a vocabulary table reads by its name; null if it reads none.
 * https://www.sqlite.org/fts5.html#external_content_tables, https://www.sqlite.org/fts5.html#the_fts5vocab_virtual_table_module,
 * https://www.sqlite.org/fts3.html#fts4aux
 */
export function nameReadBy(table: StoredText): string | null {
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

function textOf({ sql }: StoredText): VirtualTableText {
  try {
    return readCreateVirtualTable(sql);
  } catch (error) {
    if (!(error instanceof DdlSyntaxError)) throw error;
    return { module: '', arguments: [] };
  }
}
