import { quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import type { RecordColumn, RecordTable } from '../../rows/record-table.ts';
import { moduleOf, moduleOption } from '../../tables/module-text.ts';
import type { ExportedDatabase } from '../output/open-for-export.ts';

/** How the content of a virtual table is restored after its CREATE statement has run. */
export type VirtualRows =
  /** By inserting its rows into these columns. */
  | { readonly kind: 'rows'; readonly columns: readonly RecordColumn[] }
  /** By a statement that rebuilds it from another table. */
  | { readonly kind: 'rebuilt'; readonly sql: string }
  /** It stores no content. */
  | { readonly kind: 'nothing' }
  /** It cannot be restored. */
  | { readonly kind: 'lost' };

export function virtualRows(stored: StoredTable, table: RecordTable): VirtualRows {
  switch (moduleOf(stored)) {
    case 'fts3':
    case 'fts4':
    case 'fts5':
      return fullTextRows(stored, table);
    case 'geopoly':
      return { kind: 'rows', columns: table.columns };
    case 'rtree':
    case 'rtree_i32':
      // The first column is the rowid. https://www.sqlite.org/rtree.html
      return { kind: 'rows', columns: table.columns.filter((column) => column !== table.rowid) };
    case 'fts4aux':
    case 'fts5vocab':
      return { kind: 'nothing' };
    default:
      return { kind: 'lost' };
  }
}

/** https://www.sqlite.org/fts5.html#external_content_and_contentless_tables, https://www.sqlite.org/fts3.html#contentless_and_external_content_fts4_tables */
function fullTextRows(stored: StoredTable, table: RecordTable): VirtualRows {
  const content = moduleOption(stored, 'content');
  if (content === '') return { kind: 'lost' };
  if (content === null) return { kind: 'rows', columns: [...table.columns, ...languageColumn(stored)] };
  const name = quoteIdentifier(stored.name);
  return { kind: 'rebuilt', sql: `INSERT INTO ${name}(${name}) VALUES('rebuild');\n` };
}

/** The hidden column for the language of a row. https://www.sqlite.org/fts3.html#the_languageid_option */
function languageColumn(stored: StoredTable): readonly RecordColumn[] {
  const name = moduleOf(stored) === 'fts4' ? moduleOption(stored, 'languageid') : null;
  if (name === null) return [];
  const facts = { only: 'integer', computed: false, kind: 'integer', format: 'plain' } as const;
  const quoted = quoteIdentifier(name);
  return [{ name, quoted, kind: 'integer', mayContainAnything: false, generated: false, facts }];
}

/** The statements that restore an FTS5 table's settings. https://www.sqlite.org/fts5.html#special_insert_commands */
export function fullTextSettings({ connection }: ExportedDatabase, stored: StoredTable): string {
  if (moduleOf(stored) !== 'fts5') return '';
  const rows = queryRows<[string, string]>(
    connection,
    `SELECT quote(k), quote(v) FROM main.${quoteIdentifier(`${stored.name}_config`)} WHERE k <> 'version' ORDER BY k`,
  );
  const name = quoteIdentifier(stored.name);
  return rows.map(([key, value]) => `INSERT INTO ${name}(${name}, rank) VALUES(${key},${value});\n`).join('');
}
