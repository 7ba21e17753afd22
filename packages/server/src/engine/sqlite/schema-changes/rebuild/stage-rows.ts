import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import { rowidAliasIn } from '../../../../schema/rowid-alias.ts';
import { rowidNameBeside } from '../../../../schema/rowid-name.ts';
import type { ColumnFacts } from '../../introspection/column-facts.ts';
import { readTableFacts } from '../../introspection/table-facts.ts';
import { indexesOf } from '../../tables/table-indexes.ts';

const STAGE = 'temp._rowhouse_stage';

/**
 * Copies the rows of a table to a temporary table whose columns have no type, so that each value stays exactly the same.
 * @returns a function that copies them back to a table with the same columns and drops the temporary one.
 */
export function stageRows(
  database: DatabaseSync,
  table: StoredTable,
  columns: readonly ColumnFacts[],
): () => void {
  const rowid = rowidNameOf(database, table, columns);
  const stored = columns.filter(({ generated }) => generated === null).map(({ name }) => name);
  const names = stored.filter((name) => name !== rowid?.column);
  const staged = names.map((_, position) => `c${position}`);
  // The temporary table needs a column even if the table has only its rowid.
  database.exec(`CREATE TEMP TABLE _rowhouse_stage (${staged.join(', ') || 'a'})`);
  const keys = rowid === null ? [] : [rowid.quoted];
  const stageKeys = rowid === null ? [] : ['rowid'];
  const original = {
    table: `main.${quoteIdentifier(table.name)}`,
    list: [...keys, ...names.map(quoteIdentifier)],
  };
  const stage = { table: STAGE, list: [...stageKeys, ...staged] };
  const count = copyRows(database, original, stage);
  return () => {
    const back = copyRows(database, stage, original);
    if (back !== count) throw new Error(`of ${count} rows ${back} came back`);
    database.exec(`DROP TABLE ${STAGE}`);
  };
}

/**
 * The name of the rowid, and the column that is its alias, if any. Null in a WITHOUT ROWID table, and if columns use all three names of
 * the rowid, so that no statement can read or set it.
 */
function rowidNameOf(
  database: DatabaseSync,
  table: StoredTable,
  columns: readonly ColumnFacts[],
): { readonly quoted: string; readonly column: string | null } | null {
  const alias = rowidAliasIn({ columns, indexes: indexesOf(database, table) });
  if (alias !== null) return { quoted: quoteIdentifier(alias.name), column: alias.name };
  const free = rowidNameBeside(columns);
  return free === null || readTableFacts(database, table.name)?.withoutRowid === true
    ? null
    : { quoted: free, column: null };
}

interface RowSource {
  readonly table: string;
  readonly list: readonly string[];
}

/**
 * OR ABORT, because a constraint with ON CONFLICT IGNORE or REPLACE would silently lose rows. NOT INDEXED, so that rows whose rowid
 * cannot be read keep their order.
 * @returns the number of copied rows.
 */
function copyRows(database: DatabaseSync, from: RowSource, into: RowSource): number {
  const sql = `INSERT OR ABORT INTO ${into.table} (${into.list.join(', ')})
    SELECT ${from.list.join(', ')} FROM ${from.table} NOT INDEXED`;
  return Number(database.prepare(sql).run().changes);
}
