import type { DatabaseSync } from 'node:sqlite';

import { invalidInput } from '../../../../core/subject-error.ts';
import { quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import type { ColumnChange } from '../../../project-tables.ts';
import { touchColumn, touchTable } from '../../tables/metadata-writes.ts';
import { dropIndexNamed, makeUnique } from '../indexes/unique-index.ts';
import { keepForeignKeys } from '../keep-foreign-keys.ts';
import { rebuildTable } from '../rebuild/rebuild-table.ts';
import { assertViewsAndTriggersCompile } from './assert-views-and-triggers-compile.ts';
import { changeableTable } from './changeable-table.ts';
import { type ColumnPlan, planColumnChanges } from './plan-column-change.ts';
import { renameColumns } from './rename-columns.ts';

/**
 * Changes columns of one table, with at most one rebuild. Call it inside a transaction, with foreign keys off.
 * @returns the new names of the table and of the columns, in the order of the changes.
 * @throws RowhouseError `not_found`, `already_exists`, `validation_failed`, `conflict`, `constraint_violation`.
 */
export function changeColumns(
  database: DatabaseSync,
  nameOrId: string,
  changes: readonly ColumnChange[],
): { readonly table: string; readonly columns: readonly string[] } {
  const table = changeableTable(database, nameOrId);
  const plans = planColumnChanges(database, table, changes);
  assertColumnsDiffer(plans);
  redefine(database, table, plans);
  if (plans.some(({ newName }) => newName !== null)) {
    assertViewsAndTriggersCompile(database, () => renameColumns(database, table, plans));
  }
  const columns = plans.map(({ column, newName }) => newName ?? column);
  for (const column of columns) touchColumn(database, table.name, column);
  touchTable(database, table.name);
  return { table: table.name, columns };
}

function assertColumnsDiffer(plans: readonly ColumnPlan[]): void {
  for (const [position, { column }] of plans.entries()) {
    if (plans.findIndex((other) => other.column === column) === position) continue;
    throw invalidInput(['changes', position, 'column'], 'is named twice');
  }
}

function redefine(database: DatabaseSync, table: StoredTable, plans: readonly ColumnPlan[]): void {
  const edits = plans.flatMap((plan) => plan.edits);
  const dropIndexes = plans.flatMap((plan) => plan.dropIndexes);
  if (edits.length > 0 || dropIndexes.length > 0) {
    keepForeignKeys(database, table.name, () => {
      for (const index of dropIndexes) dropIndexNamed(database, index);
      if (edits.length > 0) rebuildTable(database, table, edits);
    });
  }
  for (const plan of plans) {
    if (plan.notNull !== null) setNotNull(database, table, plan.column, plan.notNull);
    if (plan.makeUnique) makeUnique(database, table, plan);
  }
}

/** https://www.sqlite.org/lang_altertable.html, since SQLite 3.53 */
function setNotNull(database: DatabaseSync, table: StoredTable, column: string, notNull: boolean): void {
  const alter = `ALTER TABLE main.${quoteIdentifier(table.name)} ALTER COLUMN ${quoteIdentifier(column)}`;
  database.prepare(`${alter} ${notNull ? 'SET' : 'DROP'} NOT NULL`).run();
}
