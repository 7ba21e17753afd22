import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import { quoteIdentifier } from '../../../../schema/identifier.ts';
import type { NewIndex } from '../../../project-tables.ts';
import { queryRows } from '../../introspection/query-rows.ts';

const VALUES_SHOWN = 3;
const VALUE_LENGTH_SHOWN = 60;

/**
 * Rows with a NULL in one of the columns are always distinct. https://www.sqlite.org/lang_createindex.html#unique_indexes
 * @throws RowhouseError `constraint_violation` with the number of duplicate values, and the first few if they may be shown.
 */
export function assertNoDuplicates(
  database: DatabaseSync,
  table: string,
  { columns, showsValues }: Pick<NewIndex, 'columns' | 'showsValues'>,
): void {
  const names = columns.map(quoteIdentifier);
  const groups = `SELECT ${names.map((name) => shown(name)).join(" || ', ' || ")} AS value, count(*) AS times
    FROM main.${quoteIdentifier(table)} WHERE ${names.map((name) => `${name} IS NOT NULL`).join(' AND ')}
    GROUP BY ${names.join(', ')} HAVING count(*) > 1`;
  const rows = queryRows<[string, number, number]>(
    database,
    `SELECT value, times, count(*) OVER () FROM (${groups}) LIMIT ${VALUES_SHOWN}`,
  );
  const count = rows[0]?.[2];
  if (count === undefined) return;
  const examples = rows.map(([value, times]) => `${value} (${times} times)`).join(', ');
  const more = count > rows.length ? ` and ${count - rows.length} more` : '';
  const noun =
    columns.length === 1 ? `The column ${columns.join('')} has` : `The columns ${columns.join(', ')} have`;
  throw new RowhouseError(
    'constraint_violation',
    `${noun} ${count} ${count === 1 ? 'value' : 'values'} more than once${showsValues ? `: ${examples}${more}` : ''}.`,
  );
}

/** A value as SQL text of limited length. A BLOB is not shown. */
function shown(name: string): string {
  const text = `CAST(substr(${name}, 1, ${VALUE_LENGTH_SHOWN}) AS TEXT)`;
  return `CASE typeof(${name}) WHEN 'blob' THEN 'a BLOB' WHEN 'text' THEN quote(${text}) ELSE quote(${name}) END`;
}
