import { nameList } from '../../../../schema/name-list.ts';
import type { RecordTable } from '../../rows/record-table.ts';

/** A warning if a format that is written from the rows lacks columns of these tables. */
export function leftOutColumnWarnings(tables: readonly RecordTable[]): readonly string[] {
  const columns = tables.flatMap((table) =>
    table.incomputable.map(({ name }) => ({ kind: 'column', name: `${table.name}.${name}` })),
  );
  return columns.length === 0
    ? []
    : [`exported without these columns, because SQLite cannot compute them here: ${nameList(columns)}`];
}
