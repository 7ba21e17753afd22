import { constants } from 'node:sqlite';

import { foldName } from '../../../schema/identifier.ts';
import type { Authorizer } from '../connection/open-database.ts';
import { OWN_NAMES } from './metadata-tables.ts';

/**
 * Denies triggers and views the service's own tables. The import refuses files in which they name these tables, but another program may
 * add a trigger to the file of a project. The service's own statements reach these tables through neither.
 */
export const denyOwnTables: Authorizer = (action, table, _column, _schema, triggerOrView) => {
  const denied = triggerOrView !== null && OF_ROWS.has(action) && OWN_NAMES.includes(foldName(table ?? ''));
  return denied ? constants.SQLITE_DENY : constants.SQLITE_OK;
};

const OF_ROWS: ReadonlySet<number> = new Set([
  constants.SQLITE_READ,
  constants.SQLITE_INSERT,
  constants.SQLITE_UPDATE,
  constants.SQLITE_DELETE,
]);
