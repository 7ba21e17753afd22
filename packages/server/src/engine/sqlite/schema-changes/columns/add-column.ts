import type { DatabaseSync } from 'node:sqlite';

import { RowhouseError } from '../../../../core/errors.ts';
import { invalidInput, SubjectError } from '../../../../core/subject-error.ts';
import { foldName, quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import type { NewColumn } from '../../../project-tables.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import { readTableFacts } from '../../introspection/table-facts.ts';
import { touchTable } from '../../tables/metadata-writes.ts';
import { columnsOf } from '../../tables/visible-columns.ts';
import { makeUnique } from '../indexes/unique-index.ts';
import { newColumnText } from '../tables/new-column-text.ts';
import { assertNoSuchString } from './assert-no-such-string.ts';
import { assertTypeFits } from './assert-type-fits.ts';
import { assertViewsAndTriggersCompile } from './assert-views-and-triggers-compile.ts';
import { changeableTable } from './changeable-table.ts';

/** The maximum at the creation of a table, plus the implicit key. SQLite's limit is 2,000. */
const MAX_COLUMNS = 1_001;

/**
 * Adds a column after the others. Call it inside a transaction.
 * @returns the names of the table and the column.
 * @throws RowhouseError `not_found`, `already_exists`, `conflict`, `validation_failed`, and `constraint_violation` if
 * existing rows would violate a constraint of the column.
 */
export function addColumn(
  database: DatabaseSync,
  nameOrId: string,
  column: NewColumn,
): { readonly table: string; readonly column: string } {
  const table = changeableTable(database, nameOrId);
  if (column.primary) {
    throw invalidInput(
      ['primary'],
      'must not be true: a primary key can only be set when the table is created',
    );
  }
  assertRoomFor(database, table, column);
  assertTypeFits(column.type, readTableFacts(database, table.name)?.strict === true);
  assertNoSuchString(database, table, [column.name]);
  const definition = newColumnText({ ...column, unique: false }, 'none');
  assertRowsHaveValue(database, table, column);
  // SQLite checks every row again, and rows of an imported file may violate a CHECK. They are kept.
  database.exec('PRAGMA ignore_check_constraints = ON');
  assertViewsAndTriggersCompile(database, () => {
    database.prepare(`ALTER TABLE main.${quoteIdentifier(table.name)} ADD COLUMN ${definition}`).run();
  });
  if (column.unique) makeUnique(database, table, { column: column.name, showsValues: true });
  touchTable(database, table.name);
  return { table: table.name, column: column.name };
}

function assertRoomFor(database: DatabaseSync, table: StoredTable, { name }: NewColumn): void {
  const columns = columnsOf(database, table);
  const taken = columns.find((other) => foldName(other.name) === foldName(name));
  if (taken !== undefined) {
    throw new RowhouseError('already_exists', `The table ${table.name} already has a column ${taken.name}.`);
  }
  if (columns.length >= MAX_COLUMNS) {
    throw new RowhouseError(
      'conflict',
      `The table ${table.name} has ${columns.length} columns, which is the maximum.`,
    );
  }
}

/** Existing rows get the default without being rewritten. */
function assertRowsHaveValue(database: DatabaseSync, table: StoredTable, column: NewColumn): void {
  const isComputed = column.defaultExpression !== null;
  if (!isComputed && (column.nullable || column.defaultValue !== null)) return;
  const rows = queryRows(database, `SELECT 1 FROM main.${quoteIdentifier(table.name)} LIMIT 1`);
  if (rows.length === 0) return;
  if (isComputed) {
    throw new RowhouseError(
      'conflict',
      `The table ${table.name} has rows, which SQLite gives no computed default: add the column without a default, then set ` +
        'its default_expression.',
    );
  }
  const message = `is required if is_nullable is false, because the table ${table.name} has rows`;
  throw new SubjectError('constraint_violation', [{ subject: ['defaultValue'], message }]);
}
