import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../../../schema/identifier.ts';
import type { ImportWarning } from '../../engine.ts';
import { readColumns } from '../introspection/column-facts.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { isSqlError } from '../introspection/sql-error.ts';
import { isValueProblem } from '../introspection/value-problems.ts';
import { shortened } from '../values/shortened.ts';

/** The maximum number of problems or objects in a message. */
const SHOWN = 3;

/** The maximum number of problems that are read of a damaged file. */
const MAX_PROBLEMS = 1_000;

export type Integrity =
  | { readonly sound: true; readonly warnings: readonly ImportWarning[] }
  | { readonly sound: false; readonly problem: string };

/**
 * Whether every page and index is intact. If integrity_check finds a problem in the file, each table is checked alone. A value that
 * its table does not allow is no damage, nor is a virtual table that fails its own check, such as a full-text table that does not match its content, or an
 * object that only another program can check. They are warnings. https://www.sqlite.org/pragma.html#pragma_integrity_check
 * @throws SQLite's error if the file cannot be read at all.
 */
export function checkIntegrity(database: DatabaseSync): Integrity {
  if (check(database, null).kind === 'sound') return { sound: true, warnings: [] };
  const results = tablesOf(database).map((table) => checkTable(database, table));
  const damaged = results.find((result) => result.kind === 'damaged');
  if (damaged !== undefined) return { sound: false, problem: damaged.problem };
  const noted = results.filter((result) => result.kind !== 'sound' && result.kind !== 'damaged');
  const known = new Set(noted.flatMap(({ problems }) => problems));
  // Pages that belong to no table are checked only with the whole file.
  const whole = withoutChecks(database, null);
  const others = whole.kind === 'problems' ? whole.problems.filter((problem) => !known.has(problem)) : [];
  if (others.length > 0) return { sound: false, problem: joined(others) };
  const warnings = [
    warning(
      'check_violations',
      'Values break CHECK, NOT NULL or the type of a column, or cannot be checked here',
      noted,
    ),
    warning('unchecked_objects', 'These objects fail their own check, or cannot be checked here', noted),
  ];
  return { sound: true, warnings: warnings.filter((each) => each !== null) };
}

interface CheckedTable {
  readonly name: string;
  readonly isVirtual: boolean;
}

/** All tables, also those of SQLite and of virtual tables. */
function tablesOf(database: DatabaseSync): readonly CheckedTable[] {
  const sql = "SELECT name, type = 'virtual' FROM pragma_table_list WHERE schema = 'main' AND type <> 'view'";
  return queryRows<[string, number]>(database, sql).map(([name, virtual]) => ({
    name,
    isVirtual: virtual === 1,
  }));
}

/** What is wrong with a table. */
interface NotedTable {
  readonly kind: 'check_violations' | 'unchecked_objects';
  readonly table: string;
  readonly problems: readonly string[];
}

type TableResult =
  | { readonly kind: 'sound' }
  | { readonly kind: 'damaged'; readonly problem: string }
  | NotedTable;

function checkTable(database: DatabaseSync, { name, isVirtual }: CheckedTable): TableResult {
  const first = check(database, name);
  if (first.kind === 'sound') return first;
  if (isVirtual) return { kind: 'unchecked_objects', table: name, problems: first.problems };
  const second = withoutChecks(database, name);
  if (second.kind === 'sound' || (second.kind === 'problems' && second.problems.every(isValueProblem))) {
    return { kind: 'check_violations', table: name, problems: first.problems };
  }
  if (second.kind === 'problems') {
    const damage = second.problems.filter((problem) => !isValueProblem(problem));
    return { kind: 'damaged', problem: joined(damage) };
  }
  // An index needs a collation or a function that is missing here.
  tryToReadRows(database, name);
  return { kind: 'unchecked_objects', table: name, problems: second.problems };
}

/** The same check without CHECK constraints. */
function withoutChecks(database: DatabaseSync, table: string | null): Check {
  database.exec('PRAGMA ignore_check_constraints = ON');
  try {
    return check(database, table);
  } finally {
    database.exec('PRAGMA ignore_check_constraints = OFF');
  }
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
  /** `failed`: the check itself failed, with one message. */
  | { readonly kind: 'problems' | 'failed'; readonly problems: readonly string[] };

/** Checks one table with its indexes, or for null the whole file. */
function check(database: DatabaseSync, table: string | null): Check {
  try {
    const argument = table === null ? String(MAX_PROBLEMS) : quoteIdentifier(table);
    const rows = queryRows<[string]>(database, `PRAGMA main.integrity_check(${argument})`);
    const problems = rows.map(([problem]) => problem);
    return problems[0] === 'ok' ? { kind: 'sound' } : { kind: 'problems', problems };
  } catch (error) {
    if (isSqlError(error)) return { kind: 'failed', problems: [error.message] };
    throw error;
  }
}

function joined(problems: readonly string[]): string {
  return shortened(problems.slice(0, SHOWN).join('; '));
}

function warning(
  code: NotedTable['kind'],
  before: string,
  noted: readonly NotedTable[],
): ImportWarning | null {
  const found = noted.filter(({ kind }) => kind === code);
  if (found.length === 0) return null;
  const named = found
    .slice(0, SHOWN)
    .map(({ table, problems }) => shortened(`${table} (${joined(problems)})`));
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : '';
  return { code, message: `${before}: ${named.join('; ')}${more}.` };
}
