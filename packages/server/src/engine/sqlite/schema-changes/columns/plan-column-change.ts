import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';

import { RowhouseError } from '../../../../core/errors.ts';
import { invalidInput, SubjectError, within } from '../../../../core/subject-error.ts';
import {
  type PlainValue,
  type TaggedValue,
  untagged,
  type ValueFormat,
} from '../../../../core/tagged-value.ts';
import type { TableEdit } from '../../../../schema/ddl/edit-create-table.ts';
import { quoteIdentifier } from '../../../../schema/identifier.ts';
import type { StoredTable } from '../../../../schema/model.ts';
import { rowidAliasIn } from '../../../../schema/rowid-alias.ts';
import { storageKindOf } from '../../../../schema/storage-kind.ts';
import type { ColumnChange, ColumnType } from '../../../project-tables.ts';
import type { ColumnFacts } from '../../introspection/column-facts.ts';
import { queryRows } from '../../introspection/query-rows.ts';
import { readTableFacts } from '../../introspection/table-facts.ts';
import { type ColumnDefault, readDefault, storedDefault, writeDefault } from '../../tables/column-default.ts';
import { makesUnique } from '../../tables/read-table.ts';
import { indexesOf, type TableIndex } from '../../tables/table-indexes.ts';
import { columnsOf } from '../../tables/visible-columns.ts';
import { assertTypeFits } from './assert-type-fits.ts';
import { findColumn } from './find-column.ts';

/** The steps of one change that has an effect. */
export interface ColumnPlan {
  /** The column's current name. */
  readonly column: string;
  readonly newName: string | null;
  /** The edits that ALTER TABLE does not support. */
  readonly edits: readonly TableEdit[];
  readonly notNull: boolean | null;
  readonly makeUnique: boolean;
  readonly showsValues: boolean;
  readonly dropIndexes: readonly string[];
}

/** A table before its columns are changed. */
interface PlannedTable {
  readonly database: DatabaseSync;
  readonly table: StoredTable;
  readonly strict: boolean;
  readonly indexes: readonly TableIndex[];
  /** The INTEGER PRIMARY KEY, an alias of the rowid. */
  readonly alias: ColumnFacts | null;
}

interface PlannedColumn extends PlannedTable {
  readonly facts: ColumnFacts;
  readonly isAlias: boolean;
  /** The indexes that make the column alone unique. */
  readonly uniqueIndexes: readonly TableIndex[];
}

/**
 * Compares the changes with the current columns.
 * @throws RowhouseError `not_found`, `validation_failed`, `conflict`, and `constraint_violation` if a column that becomes NOT NULL has
 * NULLs.
 */
export function planColumnChanges(
  database: DatabaseSync,
  table: StoredTable,
  changes: readonly ColumnChange[],
): readonly ColumnPlan[] {
  const indexes = indexesOf(database, table);
  const alias = rowidAliasIn({ columns: columnsOf(database, table), indexes });
  const strict = readTableFacts(database, table.name)?.strict === true;
  const planned = { database, table, strict, indexes, alias };
  return changes.map((change, position) => {
    return within(['changes', position], () => planColumnChange(planned, change));
  });
}

function planColumnChange(planned: PlannedTable, change: ColumnChange): ColumnPlan {
  const facts = findColumn(planned.database, planned.table, change.column);
  if (facts === null) throw noSuchColumn();
  const uniqueIndexes = planned.indexes.filter((index) => makesUnique(index, facts.name));
  const column = { ...planned, facts, isAlias: planned.alias?.name === facts.name, uniqueIndexes };
  const uniqueness = planUniqueness(column, change.unique);
  const edits = [...typeEdits(column, change), ...defaultEdits(column, change), ...uniqueness.edits];
  return {
    column: facts.name,
    newName: change.name === undefined || change.name === facts.name ? null : change.name,
    edits,
    notNull: planNotNull(column, change.nullable),
    makeUnique: uniqueness.make,
    showsValues: change.showsValues,
    dropIndexes: uniqueness.dropIndexes,
  };
}

function noSuchColumn(): SubjectError {
  const fault = { subject: ['column'], message: 'is not a column of the table' };
  return new SubjectError('not_found', [fault], { summary: 'There is no such column.' });
}

function assertNotGenerated({ name, generated }: ColumnFacts, what: string): void {
  if (generated === null) return;
  throw new RowhouseError('conflict', `The column ${name} is generated: its ${what} cannot be changed.`);
}

function typeEdits(column: PlannedColumn, { type }: ColumnChange): readonly TableEdit[] {
  const { facts, strict } = column;
  if (type === undefined || type === facts.declaredType.toUpperCase()) return [];
  assertNotGenerated(facts, 'type');
  assertTypeFits(type, strict);
  const rows = countRows(column, 'IS NOT NULL');
  if (rows > 0) {
    throw new RowhouseError(
      'conflict',
      `The column ${facts.name} holds values in ${rows} ${rows === 1 ? 'row' : 'rows'}; its type can only be changed while it holds none.`,
    );
  }
  return [{ kind: 'set-type', column: facts.name, type }];
}

function countRows({ database, table, facts }: PlannedColumn, condition: string): number {
  const sql = `SELECT count(*) FROM main.${quoteIdentifier(table.name)} WHERE ${quoteIdentifier(facts.name)} ${condition}`;
  return queryRows<[number]>(database, sql)[0]?.[0] ?? 0;
}

/** An unchanged default must fit a new type. */
function defaultEdits(column: PlannedColumn, change: ColumnChange): readonly TableEdit[] {
  const { facts, isAlias, strict } = column;
  const { type = defaultTypeOf(facts.declaredType, strict) } = change;
  const requested = requestedDefault(change);
  const present = readDefault(facts.defaultSql, storageKindOf(facts.declaredType, strict));
  const next = nextDefault(requested, present, change);
  if (next === null) return [];
  if (requested !== null) assertNotGenerated(facts, 'default');
  if (isAlias && (next.defaultValue !== null || next.defaultExpression !== null)) {
    const part = next.defaultExpression === null ? 'defaultValue' : 'defaultExpression';
    throw invalidInput([part], 'must be null: SQLite assigns the values of such a primary key');
  }
  const literal = writeDefault(next, type);
  const isUnchanged = storedDefault(literal) === facts.defaultSql;
  return isUnchanged ? [] : [{ kind: 'set-default', column: facts.name, literal }];
}

/** Null if the change leaves the default unchanged. */
function requestedDefault({ defaultValue, defaultExpression }: ColumnChange): ColumnDefault<unknown> | null {
  if (defaultValue === undefined && defaultExpression === undefined) return null;
  return { defaultValue: defaultValue ?? null, defaultExpression: defaultExpression ?? null };
}

/**
 * Null if there is nothing to write: the default stays, and is no value that a new type might refuse. A client that sends back the
 * value that an answer shows leaves it as it is.
 */
function nextDefault(
  requested: ColumnDefault<unknown> | null,
  present: ColumnDefault<PlainValue | TaggedValue>,
  { type, valueFormat }: ColumnChange,
): ColumnDefault<unknown> | null {
  const { defaultValue } = present;
  const isKept =
    requested === null || (defaultValue !== null && isShownAs(defaultValue, requested, valueFormat));
  if (!isKept) return requested;
  return type === undefined || defaultValue === null ? null : present;
}

function isShownAs(
  present: PlainValue | TaggedValue,
  { defaultValue: sent, defaultExpression }: ColumnDefault<unknown>,
  format: ValueFormat,
): boolean {
  if (defaultExpression !== null) return false;
  if (format === 'tagged') return isDeepStrictEqual(sent, present);
  const shown = untagged(present);
  return sent === shown || (typeof sent === 'bigint' && String(sent) === String(shown));
}

/** The type that a default may have in a column of this declared type. A column that takes any number also takes text. */
function defaultTypeOf(declaredType: string, strict: boolean): ColumnType {
  const kind = storageKindOf(declaredType, strict);
  switch (kind) {
    case 'integer':
      return 'INTEGER';
    case 'real':
      return 'REAL';
    case 'text':
      return 'TEXT';
    case 'blob':
      return 'BLOB';
    case 'numeric':
    case 'any':
      return 'ANY';
  }
}

/** Null if there is nothing to do. */
function planNotNull(column: PlannedColumn, nullable: boolean | undefined): boolean | null {
  const { facts, isAlias } = column;
  const isNotNull = facts.notNull || isAlias;
  if (nullable === undefined || nullable !== isNotNull) return null;
  if (nullable && facts.primaryKeyPosition !== null) {
    throw new RowhouseError(
      'conflict',
      `The column ${facts.name} is part of the primary key and cannot be null.`,
    );
  }
  if (!nullable) assertNoNulls(column);
  return !nullable;
}

function assertNoNulls(column: PlannedColumn): void {
  const rows = countRows(column, 'IS NULL');
  if (rows === 0) return;
  const have = rows === 1 ? '1 row has' : `${rows} rows have`;
  throw new RowhouseError('constraint_violation', `${have} null in the column ${column.facts.name}.`);
}

function planUniqueness(
  column: PlannedColumn,
  unique: boolean | undefined,
): { readonly make: boolean; readonly dropIndexes: readonly string[]; readonly edits: readonly TableEdit[] } {
  const { facts, isAlias, uniqueIndexes } = column;
  const isUnique = isAlias || uniqueIndexes.length > 0;
  if (unique === undefined || unique === isUnique) return { make: false, dropIndexes: [], edits: [] };
  if (unique) return { make: true, dropIndexes: [], edits: [] };
  if (isAlias || uniqueIndexes.some(({ origin }) => origin === 'pk')) {
    throw new RowhouseError('conflict', `The column ${facts.name} is the primary key and is always unique.`);
  }
  const byConstraint = uniqueIndexes.some(({ origin }) => origin === 'u');
  return {
    make: false,
    dropIndexes: uniqueIndexes.filter(({ origin }) => origin === 'c').map(({ name }) => name),
    edits: byConstraint ? [{ kind: 'drop-unique', column: facts.name }] : [],
  };
}
