import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../core/errors.ts';
import { firstStatement } from '../../../schema/ddl/first-statement.ts';
import { mentionsName } from '../../../schema/ddl/mentions-name.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { brokenObjects, dropObject, type ProgramObject } from '../tables/broken-objects.ts';

interface StoredProgram extends ProgramObject {
  /** The table or view that a trigger belongs to. */
  readonly table: string;
  readonly sql: string;
}

/**
 * Runs a rename or a drop without the views and triggers that do not compile, because SQLite refuses both while there are any. They are
 * restored unchanged.
 * @param names the names that change.
 * @throws RowhouseError `conflict` if a broken view or trigger uses such a name, because SQLite cannot rewrite it.
 */
export function withoutBrokenObjects<Result>(
  database: DatabaseSync,
  names: readonly string[],
  change: () => Result,
): Result {
  const broken = brokenObjects(database);
  const excluded = storedPrograms(database).filter((program) => isExcluded(program, broken));
  assertNoneMentions(excluded, names);
  const firing = firingOrders(database, excluded);
  // Dropping a view also drops its triggers.
  for (const program of excluded) if (program.kind === 'trigger') dropObject(database, program);
  for (const program of excluded) if (program.kind === 'view') dropObject(database, program);
  const result = change();
  for (const { sql } of excluded) database.prepare(sql).run();
  for (const [table, order] of firing) restoreFiringOrder(database, table, order);
  return result;
}

function assertNoneMentions(excluded: readonly StoredProgram[], names: readonly string[]): void {
  for (const { kind, name, sql } of excluded) {
    const mentioned = names.find((each) => mentionsName(sql, each));
    if (mentioned === undefined) continue;
    const message = `The ${kind} ${name} mentions ${mentioned} and does not compile, so it could not be updated for this change.`;
    throw new RowhouseError('conflict', message);
  }
}

/** In creation order, so that a view comes before its triggers. */
function storedPrograms(database: DatabaseSync): readonly StoredProgram[] {
  return queryRows<[ProgramObject['kind'], string, string, string]>(
    database,
    `SELECT type, name, tbl_name, CAST(sql AS TEXT) FROM main.sqlite_schema
     WHERE type IN ('view', 'trigger') ORDER BY rowid`,
  ).map(([kind, name, table, sql]) => ({ kind, name, table, sql: firstStatement(sql) }));
}

function isExcluded(program: StoredProgram, broken: readonly ProgramObject[]): boolean {
  return broken.some(
    ({ kind, name }) =>
      (kind === program.kind && name === program.name) || (kind === 'view' && name === program.table),
  );
}

/** The names of all triggers on the tables and views of these triggers, in firing order. */
function firingOrders(
  database: DatabaseSync,
  programs: readonly StoredProgram[],
): ReadonlyMap<string, readonly string[]> {
  const tables = new Set(programs.filter(({ kind }) => kind === 'trigger').map(({ table }) => table));
  return new Map([...tables].map((table) => [table, triggersOf(database, table).map(({ name }) => name)]));
}

function triggersOf(database: DatabaseSync, table: string): readonly StoredProgram[] {
  return storedPrograms(database).filter((program) => program.kind === 'trigger' && program.table === table);
}

/** Recreated triggers would otherwise fire in a different order. */
function restoreFiringOrder(database: DatabaseSync, table: string, order: readonly string[]): void {
  const triggers = triggersOf(database, table).toSorted(
    (a, b) => order.indexOf(a.name) - order.indexOf(b.name),
  );
  for (const trigger of triggers) dropObject(database, trigger);
  for (const { sql } of triggers) database.prepare(sql).run();
}
