import { randomUUID } from 'node:crypto';

import type { OpenDatabase } from '../../connection/open-database.ts';
import { queryRows } from '../../introspection/query-rows.ts';

/**
 * A value that changes when the content of the database changes. It is valid while this connection is open and writes nothing.
 * https://www.sqlite.org/pragma.html#pragma_data_version
 *
 * It comes from SQLite because no other code in this process may open the files: closing one releases SQLite's locks on it.
 * https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
export function contentVersionOf(database: OpenDatabase): string {
  const [row] = queryRows<[number]>(database, 'PRAGMA main.data_version');
  return `${database.keep(ConnectionId).text} ${row?.[0]}`;
}

class ConnectionId {
  readonly text = randomUUID();
}
