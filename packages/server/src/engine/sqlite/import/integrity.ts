import type { DatabaseSync } from 'node:sqlite';

import type { ImportWarning } from '../../engine.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { shortened } from '../values/shortened.ts';

/** How many of the problems that integrity_check finds are worth showing. */
const SHOWN_PROBLEMS = 3;

export type Integrity =
  | { readonly sound: true; readonly warnings: readonly ImportWarning[] }
  | { readonly sound: false; readonly problem: string };

/**
 * Whether every page, index and value is as it should be. integrity_check also tries the CHECK constraints, and gives up
 * where one calls a function that is not here; but rows that break a CHECK, or a CHECK that only another program can
 * try, are no damage: the file is read again without them, and they are warned of.
 * https://www.sqlite.org/pragma.html#pragma_integrity_check
 */
export function checkIntegrity(database: DatabaseSync): Integrity {
  const withChecks = tryIntegrity(database);
  if (withChecks === null) return { sound: true, warnings: [] };
  database.exec('PRAGMA ignore_check_constraints = ON');
  const withoutChecks = tryIntegrity(database);
  database.exec('PRAGMA ignore_check_constraints = OFF');
  if (withoutChecks !== null) return { sound: false, problem: shortened(withoutChecks) };
  const message = `CHECK constraints fail or cannot be checked here: ${shortened(withChecks)}.`;
  return { sound: true, warnings: [{ code: 'check_violations', message }] };
}

/** What is wrong, or null. @throws SQLite's error where the file cannot be read at all. */
function tryIntegrity(database: DatabaseSync): string | null {
  try {
    const problems = queryRows<[string]>(database, `PRAGMA integrity_check(${SHOWN_PROBLEMS})`);
    return problems[0]?.[0] === 'ok' ? null : problems.map(([problem]) => problem).join('; ');
  } catch (error) {
    if (isGenericError(error)) return error.message;
    throw error;
  }
}

/** SQLITE_ERROR is what SQLite says of a statement, such as an unknown function in it; damage has codes of its own. */
function isGenericError(error: unknown): error is Error {
  return error instanceof Error && 'errcode' in error && error.errcode === 1;
}
