import { constants, type DatabaseSync } from 'node:sqlite';

import { foldName } from '../../../schema/identifier.ts';
import { SCHEMA_COPY, type VisibleTables } from './visible-schema.ts';

/** What the authorizer kept a statement from. */
export type Denial =
  | { readonly kind: 'table'; readonly name: string }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'action' };

export interface ReadingAuthorizer {
  /** The first thing that was denied; null for nothing. */
  readonly denial: () => Denial | null;
}

/**
 * Lets statements of this connection read these tables, and do nothing else: SQLite asks it for each thing that a statement
 * will do, as it compiles it, and also for what views and virtual tables do. https://www.sqlite.org/c3ref/set_authorizer.html
 */
export function authorizeReading(database: DatabaseSync, tables: VisibleTables): ReadingAuthorizer {
  let denial: Denial | null = null;
  database.setAuthorizer((action, first, second, schema) => {
    const denied = denialOf(tables, { action, first: first ?? '', second: second ?? '', schema });
    if (denied === null) return constants.SQLITE_OK;
    denial ??= denied;
    return constants.SQLITE_DENY;
  });
  return { denial: () => denial };
}

/** What its arguments are depends on the action. https://www.sqlite.org/c3ref/c_alter_table.html */
interface Request {
  readonly action: number;
  readonly first: string;
  readonly second: string;
  readonly schema: string | null;
}

function denialOf(tables: VisibleTables, request: Request): Denial | null {
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
      // R-Tree compiles its writes before it reads. Run, they would fail: the connection is read-only.
      return tables.shadows.has(foldName(first)) ? null : { kind: 'action' };
    default:
      return { kind: 'action' };
  }
}

/**
 * Where a statement reads no column of a table, SQLite gives the name as the statement has it, without a schema; it may then
 * be that of a common table expression. What is no table at all cannot be read by it.
 */
function isReadable({ readable, hidden }: VisibleTables, { first, second, schema }: Request): boolean {
  const name = foldName(first);
  if (schema === 'temp') return name === SCHEMA_COPY;
  if (readable.has(name) || TABLE_VALUED_FUNCTIONS.has(name)) return true;
  return second === '' && schema === null && !hidden.has(name) && !BUILT_IN.test(name);
}

/** https://www.sqlite.org/json1.html#table_valued_functions_for_parsing_json_json_each_and_json_tree_ */
const TABLE_VALUED_FUNCTIONS: ReadonlySet<string> = new Set([
  'json_each',
  'json_tree',
  'jsonb_each',
  'jsonb_tree',
]);

/** What is there without a statement that makes it: tables of SQLite's own, and of its modules. */
const BUILT_IN = /^(?:sqlite_|pragma_|_rowhouse_|dbstat$|fts3tokenize$|bytecode$|tables_used$)/;

/** FTS3 to FTS5 ask these when one of their tables is opened. */
const OWN_PRAGMAS_OF_MODULES: ReadonlySet<string> = new Set(['data_version', 'page_size']);

/**
 * What SQLite marks as not safe for everyone (SQLITE_DIRECTONLY), what other builds and the sqlite3 shell add, and what
 * writes to a log or looks into a table by itself. https://www.sqlite.org/c3ref/c_deterministic.html
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
