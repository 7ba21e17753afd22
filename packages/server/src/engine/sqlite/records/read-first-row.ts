import { RowhouseError } from '../../../core/errors.ts';
import { isReservedName } from '../../../schema/identifier.ts';
import type { FirstRow, SampledTable } from '../../engine.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { requireAllowed } from '../rows/allowed-table.ts';
import { explainingReads } from '../rows/read-errors.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import { joinRowJson, rowJsonColumns } from '../rows/row-json.ts';

/**
 * Reads the first row of a table, with its declared columns. Call it inside a transaction, after `refresh`.
 * @throws RowhouseError `not_found`; `permission_denied` for a client that is limited to other tables; `conflict` for a table that needs a
 * module that this build of SQLite lacks.
 */
export function readFirstRow(database: RecordDatabase, sample: SampledTable): FirstRow {
  const { name, allowed, valueFormat } = sample;
  requireAllowed(database, { nameOrId: name, allowed, valueFormat });
  const table = database.table(storedName(database, name), valueFormat);
  const columns = table.columns.filter((column) => column !== table.rowid);
  return explainingReads(table, () => {
    const row = database.firstRow(`SELECT ${rowJsonColumns(columns)} FROM ${table.quoted} LIMIT 1`, []);
    return { table: table.name, rowJson: row === null ? null : joinRowJson(row) };
  });
}

/** SQLite and NOCASE both ignore the case of ASCII letters. */
function storedName({ connection }: RecordDatabase, requested: string): string {
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE";
  const [found] = isReservedName(requested) ? [] : queryRows<[string]>(connection, sql, [requested]);
  if (found === undefined) throw new RowhouseError('not_found', 'There is no such table.');
  return found[0];
}
