import type { DatabaseSync } from 'node:sqlite';

import type { ImportWarning } from '../../engine.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { shortened } from '../values/shortened.ts';

/** The maximum number of integrity_check problems in an error message. */
const SHOWN_PROBLEMS = 3;

export type Integrity =
  | { readonly sound: true; readonly warnings: readonly ImportWarning[] }
  | { readonly sound: false; readonly problem: string };

/**
 * Whether every page, index and value is intact. integrity_check also evaluates CHECK constraints, and fails at one that calls an
 * unknown function. A violated CHECK, or one that only another program can evaluate, is no damage: the file is checked again without
 * CHECK constraints, and a warning is returned. https://www.sqlite.org/pragma.html#pragma_integrity_check
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

/** The problems found, or null. @throws SQLite's error if the file cannot be read at all. */
function tryIntegrity(database: DatabaseSync): string | null {
  try {
    const problems = queryRows<[string]>(database, `PRAGMA integrity_check(${SHOWN_PROBLEMS})`);
    return problems[0]?.[0] === 'ok' ? null : problems.map(([problem]) => problem).join('; ');
  } catch (error) {
    if (isGenericError(error)) return error.message;
    throw error;
  }
}

/** SQLITE_ERROR is about a statement, for example an unknown function in it. Damage has other result codes. */
function isGenericError(error: unknown): error is Error {
  return error instanceof Error && 'errcode' in error && error.errcode === 1;
}
