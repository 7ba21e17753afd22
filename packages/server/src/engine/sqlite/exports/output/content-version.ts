import { randomUUID } from 'node:crypto';

import type { OpenDatabase } from '../../connection/open-database.ts';
import { queryRows } from '../../introspection/query-rows.ts';

/**
 * What tells the content of a database from what it was before, for as long as this connection is open, which changes nothing itself.
 * https://www.sqlite.org/pragma.html#pragma_data_version
 *
 * SQLite is asked, as nobody else in this process may read the files: to close one gives up the locks that SQLite has on it.
 * https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
export function contentVersionOf(database: OpenDatabase): string {
  const [row] = queryRows<[number]>(database, 'PRAGMA main.data_version');
  return `${database.keep(ConnectionId).text} ${row?.[0]}`;
}

class ConnectionId {
  readonly text = randomUUID();
}
