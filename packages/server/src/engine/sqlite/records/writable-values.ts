import { invalidInput, SubjectError, within } from '../../../core/subject-error.ts';
import { foldName } from '../../../schema/identifier.ts';
import type { ClientRow } from '../../project-records.ts';
import type { Condition } from '../rows/condition.ts';
import { findColumn } from '../rows/find-column.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordColumn, RecordTable } from '../rows/record-table.ts';
import { isAmbiguous, shownAs } from '../rows/shown-value.ts';
import { bindValue } from '../values/bind-value.ts';
import { type BoundValue, parameterFor } from '../values/bound-value.ts';

/** A client's row: the columns to write, in the order of the row, and the values that may only repeat what an answer shows. */
export interface WritableValues {
  readonly columns: readonly RecordColumn[];
  readonly values: readonly BoundValue[];
  /** The values as the client sent them. */
  readonly sent: readonly unknown[];
  readonly repeated: readonly RepeatedValue[];
}

/** A value that cannot be written. A client may send it back to a row that it was read from. */
interface RepeatedValue {
  readonly name: string;
  readonly column: RecordColumn;
  readonly sent: unknown;
  /** The condition that an answer shows the row with this value. */
  readonly shown: Condition;
  /** About the value. */
  readonly fault: SubjectError;
}

/** @throws SubjectError `validation_failed`, about a value of the row. */
export function writableValues(table: RecordTable, row: ClientRow): WritableValues {
  const columns: RecordColumn[] = [];
  const values: BoundValue[] = [];
  const sent: unknown[] = [];
  const repeated: RepeatedValue[] = [];
  const named = new Set<RecordColumn>();
  for (const [name, value] of Object.entries(row)) {
    within([name], () => {
      const column = findColumn(table, name);
      if (named.has(column)) throw invalidInput([], 'is given twice, in different case');
      named.add(column);
      const bound = boundValue(value, column);
      if (bound instanceof SubjectError) {
        repeated.push({ name, column, sent: value, shown: shownAs(column, value), fault: bound });
        return;
      }
      columns.push(column);
      values.push(bound);
      sent.push(value);
    });
  }
  return { columns, values, sent, repeated };
}

/** Returns the error for a value that cannot be written, but that an answer may show. Throws it for any other. */
function boundValue(value: unknown, column: RecordColumn): BoundValue | SubjectError {
  if (column.generated) return invalidInput([], 'is a generated column and cannot be written');
  try {
    return bindValue(value, column.kind);
  } catch (error) {
    if (error instanceof SubjectError && isAmbiguous(value, column)) return error;
    throw error;
  }
}

/** The value that the client sent for a column; undefined if it sent none. */
export function sentFor({ columns, sent, repeated }: WritableValues, column: RecordColumn): unknown {
  const position = columns.indexOf(column);
  return position === -1 ? repeated.find((each) => each.column === column)?.sent : sent[position];
}

/**
 * The SQL that sets each column of existing rows, and the values of its parameters. A row keeps a value that an answer shows in the same
 * way, so that a client that sends back what it read changes nothing.
 */
export function assignments({ columns, values, sent }: WritableValues): Condition {
  const parts = columns.map((column, index) => {
    const { quoted } = column;
    const value = values[index] ?? null;
    const parameter = parameterFor(value);
    if (!isAmbiguous(sent[index], column)) return { sql: `${quoted} = ${parameter}`, values: [value] };
    const shown = shownAs(column, sent[index]);
    const sql = `${quoted} = CASE WHEN ${shown.sql} THEN ${quoted} ELSE ${parameter} END`;
    return { sql, values: [...shown.values, value] };
  });
  return { sql: parts.map(({ sql }) => sql).join(', '), values: parts.flatMap((part) => part.values) };
}

/** The same, with only some of the columns that are written. */
export function chosenValues(written: WritableValues, columns: readonly RecordColumn[]): WritableValues {
  const positions = columns.map((column) => written.columns.indexOf(column));
  return {
    columns,
    values: positions.map((position) => written.values[position] ?? null),
    sent: positions.map((position) => written.sent[position]),
    repeated: written.repeated,
  };
}

/** Refuses a new row that has a value that cannot be written. @throws SubjectError `validation_failed`. */
export function refuseRepeated({ repeated: [first] }: WritableValues): void {
  if (first !== undefined) throwFault(first);
}

/**
 * Refuses values that cannot be written, unless all these rows show them already.
 * @throws SubjectError `validation_failed`.
 */
export function requireRepeated(
  database: RecordDatabase,
  table: RecordTable,
  { repeated }: WritableValues,
  rows: Condition,
): void {
  if (repeated.length === 0) return;
  // One statement for all, because each reads all the rows.
  const faults = repeated.map(({ shown }, index) => `WHEN (${shown.sql}) IS NOT true THEN ${index}`);
  const sql = `SELECT fault FROM (SELECT CASE ${faults.join(' ')} END AS fault FROM ${table.quoted}
    WHERE ${rows.sql}) WHERE fault IS NOT NULL LIMIT 1`;
  const values = repeated.flatMap(({ shown }) => shown.values);
  const row = database.firstRow(sql, [...values, ...rows.values]);
  const first = row === null ? undefined : repeated[Number(row[0])];
  if (first !== undefined) throwFault(first);
}

function throwFault({ name, fault }: RepeatedValue): never {
  return within([name], () => {
    throw fault;
  });
}

/** Whether foreign keys of other rows reference one of these columns. */
export function touchesReferences(table: RecordTable, columns: readonly RecordColumn[]): boolean {
  return columns.some(({ name }) => table.referencedColumns.has(foldName(name)));
}
