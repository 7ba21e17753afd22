import { RowhouseError } from '../../core/errors.ts';
import type { ColumnEntry, TableDetails } from '../../engine/project-tables.ts';
import { foldName } from '../../schema/identifier.ts';

/** Returns the column of this name, in any case, or else of this id. @throws RowhouseError `not_found`. */
export function findColumn({ columns }: TableDetails, nameOrId: string): ColumnEntry {
  const found =
    columns.find(({ name }) => foldName(name) === foldName(nameOrId)) ??
    columns.find(({ id }) => String(id) === nameOrId);
  if (found === undefined) throw new RowhouseError('not_found', 'There is no such column.');
  return found;
}
