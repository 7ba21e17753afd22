import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../../../schema/identifier.ts';
import type { StoredTable } from '../../../schema/model.ts';
import type { ImportWarning } from '../../engine.ts';
import { readColumns } from '../introspection/column-facts.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { isSqlError } from '../introspection/sql-error.ts';
import { shortened } from '../values/shortened.ts';

/** The maximum number of problems or objects in a message. */
const SHOWN = 3;

/** The maximum number of problems that are read of a damaged file. */
const MAX_PROBLEMS = 1_000;

export type Integrity =
  | { readonly sound: true; readonly warnings: readonly ImportWarning[] }
  | { readonly sound: false; readonly problem: string };

/**
 * Whether every page, index and value is intact. If integrity_check finds a problem in the file, each table is checked alone. A violated
 * CHECK is no damage, nor is a virtual table that fails its own check, such as a full-text table that does not match its content, or an
 * object that only another program can check. They are warnings. https://www.sqlite.org/pragma.html#pragma_integrity_check
 * @throws SQLite's error if the file cannot be read at all.
 */
export function checkIntegrity(database: DatabaseSync, tables: readonly StoredTable[]): Integrity {
  const whole = check(database, null);
  if (whole.kind === 'sound') return { sound: true, warnings: [] };
  const results = tables.map((table) => checkTable(database, table));
  const damaged = results.find((result) => result.kind === 'damaged');
  if (damaged !== undefined) return { sound: false, problem: damaged.problem };
  const noted = results.filter((result) => result.kind !== 'sound');
  const unexplained =
    whole.kind === 'problems' ? whole.problems.filter((problem) => !isAbout(problem, noted)) : [];
  if (unexplained.length > 0) return { sound: false, problem: joined(unexplained) };
  const warnings = [
    warning('check_violations', 'CHECK constraints fail or cannot be checked here', noted),
    warning('unchecked_objects', 'These objects fail their own check, or cannot be checked here', noted),
  ];
  return { sound: true, warnings: warnings.filter((each) => each !== null) };
}

type TableResult =
  | { readonly kind: 'sound' }
  | { readonly kind: 'damaged'; readonly problem: string }
  /** What is wrong, and with which table. */
  | {
      readonly kind: 'check_violations' | 'unchecked_objects';
      readonly table: string;
      readonly problem: string;
    };

function checkTable(database: DatabaseSync, { name, kind }: StoredTable): TableResult {
  const withChecks = check(database, name);
  if (withChecks.kind === 'sound') return withChecks;
  if (kind === 'virtual') return { kind: 'unchecked_objects', table: name, problem: problemOf(withChecks) };
  database.exec('PRAGMA ignore_check_constraints = ON');
  const withoutChecks = check(database, name);
  database.exec('PRAGMA ignore_check_constraints = OFF');
  if (withoutChecks.kind === 'sound') {
    return { kind: 'check_violations', table: name, problem: problemOf(withChecks) };
  }
  if (withoutChecks.kind === 'problems') return { kind: 'damaged', problem: problemOf(withoutChecks) };
  // An index needs a collation or a function that is missing here.
  tryToReadRows(database, name);
  return { kind: 'unchecked_objects', table: name, problem: withoutChecks.message };
}

/** Reads every row of a table, if SQLite can read it without its indexes. @throws SQLite's error if it is damaged. */
function tryToReadRows(database: DatabaseSync, table: string): void {
  const stored = readColumns(database, table).filter(({ generated }) => generated === null);
  const lengths = stored.map(({ name }) => `max(length(${quoteIdentifier(name)}))`);
  try {
    database.prepare(`SELECT ${lengths.join(', ')} FROM main.${quoteIdentifier(table)} NOT INDEXED`).get();
  } catch (error) {
    // A WITHOUT ROWID table is an index itself.
    if (!isSqlError(error)) throw error;
  }
}

type Check =
  | { readonly kind: 'sound' }
  | { readonly kind: 'problems'; readonly problems: readonly string[] }
  /** The check itself failed. */
  | { readonly kind: 'failed'; readonly message: string };

/** Checks one table with its indexes, or for null the whole file. */
function check(database: DatabaseSync, table: string | null): Check {
  try {
    const argument = table === null ? String(MAX_PROBLEMS) : quoteIdentifier(table);
    const rows = queryRows<[string]>(database, `PRAGMA main.integrity_check(${argument})`);
    const problems = rows.map(([problem]) => problem);
    return problems[0] === 'ok' ? { kind: 'sound' } : { kind: 'problems', problems };
  } catch (error) {
    if (isSqlError(error)) return { kind: 'failed', message: error.message };
    throw error;
  }
}

function problemOf(failed: Exclude<Check, { readonly kind: 'sound' }>): string {
  return failed.kind === 'failed' ? failed.message : joined(failed.problems);
}

function joined(problems: readonly string[]): string {
  return shortened(problems.slice(0, SHOWN).join('; '));
}

/** Whether the problem of the file is one that the check of a table has found, too. */
function isAbout(problem: string, results: readonly TableResult[]): boolean {
  return results.some((result) => 'table' in result && problem.includes(result.table));
}

function warning(
  code: 'check_violations' | 'unchecked_objects',
  before: string,
  results: readonly TableResult[],
): ImportWarning | null {
  const found = results.filter((result) => 'table' in result).filter((result) => result.kind === code);
  if (found.length === 0) return null;
  const named = found.slice(0, SHOWN).map(({ table, problem }) => `${table} (${problem})`);
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : '';
  return { code, message: `${before}: ${named.join('; ')}${more}.` };
}
