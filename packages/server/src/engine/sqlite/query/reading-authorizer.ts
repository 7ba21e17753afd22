import { constants, type DatabaseSync } from 'node:sqlite';

import { foldName } from '../../../schema/identifier.ts';
import { TABLE_VALUED_FUNCTIONS } from '../limits/table-valued-functions.ts';
import { SCHEMA_COPY, type VisibleTables } from './visible-schema.ts';

/** What the authorizer denied. */
export type Denial =
  | { readonly kind: 'table'; readonly name: string }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'action' };

export interface ReadingAuthorizer {
  /** The first denial, or null. */
  readonly denial: () => Denial | null;
}

/**
 * Allows statements of this connection only to read these tables. While SQLite compiles a statement, it calls the authorizer for each
 * action, including those of views and virtual tables. https://www.sqlite.org/c3ref/set_authorizer.html
 */
export function authorizeReading(database: DatabaseSync, tables: AuthorizedTables): ReadingAuthorizer {
  let denial: Denial | null = null;
  database.setAuthorizer((action, first, second, schema) => {
    const denied = denialOf(tables, { action, first: first ?? '', second: second ?? '', schema });
    if (denied === null) return constants.SQLITE_OK;
    denial ??= denied;
    return constants.SQLITE_DENY;
  });
  return { denial: () => denial };
}

/** With the tables that are read in a temporary copy, by folded name. */
export interface AuthorizedTables extends VisibleTables {
  readonly copies: ReadonlySet<string>;
}

/** The meaning of the arguments depends on the action. https://www.sqlite.org/c3ref/c_alter_table.html */
interface Request {
  readonly action: number;
  readonly first: string;
  readonly second: string;
  readonly schema: string | null;
}

function denialOf(tables: AuthorizedTables, request: Request): Denial | null {
  const { action, first, second } = request;
  switch (action) {
    case constants.SQLITE_SELECT:
    case constants.SQLITE_RECURSIVE:
      return null;
    case constants.SQLITE_READ:
      return isReadable(tables, request) ? null : { kind: 'table', name: first };
    case constants.SQLITE_FUNCTION:
      return DENIED_FUNCTIONS.has(foldName(second)) ? { kind: 'function', name: second } : null;
    case constants.SQLITE_PRAGMA:
      return OWN_PRAGMAS_OF_MODULES.has(first) && second === '' ? null : { kind: 'action' };
    case constants.SQLITE_INSERT:
    case constants.SQLITE_UPDATE:
    case constants.SQLITE_DELETE:
      // R-Tree compiles its writes before it reads. Running them would fail: the connection is read-only.
      return tables.shadows.has(foldName(first)) ? null : { kind: 'action' };
    default:
      return { kind: 'action' };
  }
}

/**
 * For a table of which a statement reads no column, SQLite passes the name as the statement spells it, without a schema. It may be the
 * name of a common table expression, also if a hidden table has that name. It cannot mean a hidden table, because the statement of a limited
 * client was compiled where hidden tables do not exist (`limited-tables.ts`), and those of the service have a name of their own.
 */
function isReadable(
  { readable, hidden, copies }: AuthorizedTables,
  { first, second, schema }: Request,
): boolean {
  const name = foldName(first);
  if (schema === 'temp') return name === SCHEMA_COPY || copies.has(name);
  if (readable.has(name)) return true;
  // Where a hidden table has the name of a function, the name means the function only where the table does not exist.
  if (TABLE_VALUED_FUNCTIONS.has(name)) return !hidden.has(name);
  return second === '' && schema === null && !isBuiltIn(name);
}

/** Whether a name is that of a built-in table of SQLite and its modules, or of a table of the service. */
export function isBuiltIn(name: string): boolean {
  return BUILT_IN.test(foldName(name));
}

const BUILT_IN = /^(?:sqlite_|pragma_|_rowhouse_|dbstat$|fts3tokenize$|bytecode$|tables_used$)/;

/** FTS3 to FTS5 run these PRAGMAs when one of their tables is opened. */
const OWN_PRAGMAS_OF_MODULES: ReadonlySet<string> = new Set(['data_version', 'page_size']);

/**
 * Functions that SQLite marks as unsafe for untrusted SQL (SQLITE_DIRECTONLY), that other builds and the sqlite3 shell add, and that
 * write to a log or read a table on their own. https://www.sqlite.org/c3ref/c_deterministic.html
 */
const DENIED_FUNCTIONS: ReadonlySet<string> = new Set([
  'edit',
  'fts3_tokenizer',
  'fsdir',
  'geopoly_debug',
  'load_extension',
  'lsmode',
  'optimize',
  'readfile',
  'rtreecheck',
  'sqlite_log',
  'writefile',
]);
