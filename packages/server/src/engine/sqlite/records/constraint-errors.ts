import { RowhouseError } from '../../../core/errors.ts';
import { type Fault, type Subject, SubjectError } from '../../../core/subject-error.ts';
import { foldName, includesName, quoteIdentifier } from '../../../schema/identifier.ts';
import {
  type ForeignKeyFacts,
  readForeignKeys,
  readForeignKeysTo,
} from '../introspection/foreign-key-facts.ts';
import { isSqlError } from '../introspection/sql-error.ts';
import type { Condition } from '../rows/condition.ts';
import { isTooLarge, rowTooLarge } from '../rows/read-errors.ts';
import type { RecordDatabase } from '../rows/record-database.ts';
import type { RecordTable } from '../rows/record-table.ts';
import { parameterFor } from '../values/bound-value.ts';
import { namesOnly, namesOthers } from './own-messages.ts';
import type { WritableValues } from './writable-values.ts';

/** The write that SQLite refused. */
interface Attempt {
  readonly database: RecordDatabase;
  readonly table: RecordTable;
  /** Null for a deletion. */
  readonly written: WritableValues | null;
  /** The part of the request that contains the row, or for a deletion the key or filters. */
  readonly subject: Subject;
}

/** Result codes of SQLite. https://www.sqlite.org/rescode.html */
const SQLITE_ERROR = 1;
const SQLITE_FULL = 13;
const SQLITE_CONSTRAINT = 19;
const SQLITE_MISMATCH = 20;
const SQLITE_AUTH = 23;
const CONSTRAINT_FOREIGNKEY = 787;
const CONSTRAINT_TRIGGER = 1811;

/**
 * Runs a statement and converts errors of SQLite about constraints to errors for clients.
 * @throws RowhouseError `constraint_violation`; `conflict` if SQLite cannot write to the table at all.
 */
export function explainingConstraints<Result>(attempt: Attempt, write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    throw explainRefusal(error, attempt);
  }
}

function explainRefusal(error: unknown, attempt: Attempt): unknown {
  if (!(error instanceof Error) || error instanceof RowhouseError) return error;
  if (isTooLarge(error)) return rowTooLarge(error);
  if (!('errcode' in error)) return error;
  const code = Number(error.errcode);
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return constraintError(error, code, attempt);
    case SQLITE_MISMATCH:
      return keyMismatch(error, attempt);
    case SQLITE_FULL:
      return areIdsExhausted(attempt) ? idsExhausted(error, attempt.table) : error;
    case SQLITE_AUTH:
      return deniedOwnTable(error);
    case SQLITE_ERROR:
      return failedOperation(error, attempt);
    default:
      return error;
  }
}

/** See `own-tables-authorizer.ts`. */
function deniedOwnTable(cause: Error): RowhouseError {
  const message =
    'A trigger or a view of the table uses a table of the service, so the row cannot be written.';
  return new RowhouseError('conflict', message, { cause });
}

/** A trigger, a CHECK or a view fails with an error of its own. */
function failedOperation(error: Error, attempt: Attempt): RowhouseError {
  const message = mayShow(attempt, error.message)
    ? `SQLite rejects the operation: ${error.message}.`
    : 'SQLite rejects the operation, for a reason that concerns more than this table.';
  return new RowhouseError('conflict', message, { cause: error });
}

/** Whether a client may see a message of SQLite. It may be about a table that a limited client may not use. */
function mayShow({ database, table }: Attempt, message: string): boolean {
  return table.namedInErrors === null || namesOnly(database, table.namedInErrors, message);
}

/** Outside STRICT tables, only an INTEGER PRIMARY KEY rejects a value because of its type. */
function keyMismatch(error: Error, attempt: Attempt): RowhouseError {
  const { table, written, subject } = attempt;
  const key = table.key?.[0];
  const named = key !== undefined && written?.columns.includes(key) === true;
  const faults = named ? [{ subject: [...subject, key.name], message: 'must be an integer' }] : [];
  return violation(error, `The primary key of ${table.name} must be an integer`, faults);
}

/**
 * SQLite also reports a full disk if the highest id has been used. On a full disk the transaction may already have ended.
 * https://www.sqlite.org/autoinc.html
 */
function areIdsExhausted({ database, table, written }: Attempt): boolean {
  if (written === null || table.rowid === null || !database.connection.isTransaction) return false;
  const last = `SELECT 1 FROM ${table.quoted} WHERE ${table.rowid.quoted} = ?`;
  if (database.firstRow(last, [LAST_ID]) !== null) return true;
  const counters = "SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'";
  if (database.firstRow(counters, []) === null) return false;
  const counter = 'SELECT 1 FROM main.sqlite_sequence WHERE name = ? AND seq >= ?';
  return database.firstRow(counter, [table.name, LAST_ID]) !== null;
}

const LAST_ID = 2n ** 63n - 1n;

function idsExhausted(cause: Error, { name }: RecordTable): RowhouseError {
  const message = `${name} has used the largest id, ${LAST_ID}, and cannot generate another; set the id in the row.`;
  return new RowhouseError('conflict', message, { cause });
}

function constraintError(error: Error, code: number, attempt: Attempt): RowhouseError {
  if (code === CONSTRAINT_FOREIGNKEY) return foreignKeyError(error, attempt);
  if (code === CONSTRAINT_TRIGGER) return triggerError(error, attempt);
  if (!mayShow(attempt, error.message)) return violation(error, 'A constraint rejects the change', []);
  const columns = columnsNamedIn(error.message, attempt.table);
  return violation(error, sentenceOf(error.message, columns), faultsOf(columns, attempt, error.message));
}

/** The words of RAISE are for whoever writes the table, unless they name a table that the client may not use. */
function triggerError(error: Error, { database, table }: Attempt): RowhouseError {
  const { namedInErrors } = table;
  const isSecret = namedInErrors !== null && namesOthers(database, namedInErrors, error.message);
  return violation(error, `A trigger rejects the change${isSecret ? '' : `: ${error.message}`}`, []);
}

/** `UNIQUE constraint failed: t.a, t.b`. Names may contain commas and dots, so known columns are searched for in the text. */
function columnsNamedIn(message: string, table: RecordTable): readonly string[] {
  const named = table.columns.filter(({ name }) => {
    const full = `${table.name}.${name}`;
    return message.endsWith(` ${full}`) || message.includes(` ${full}, `);
  });
  return named.map(({ name }) => name);
}

/** SQLite's message names the constraint and its columns. */
function sentenceOf(message: string, columns: readonly string[]): string {
  if (message.startsWith('UNIQUE') && columns.length > 0) {
    return `${message}: another row has the same ${columns.join(', ')}`;
  }
  return message;
}

function faultsOf(columns: readonly string[], attempt: Attempt, message: string): readonly Fault[] {
  return columns.map((name) => {
    const subject = attempt.written === null ? attempt.subject : [...attempt.subject, name];
    return { subject, message: REASONS.find(([words]) => message.startsWith(words))?.[1] ?? message };
  });
}

const REASONS: readonly (readonly [words: string, reason: string])[] = [
  ['UNIQUE', 'must be unique: another row has the same value'],
  ['NOT NULL', 'must not be null'],
  ['cannot store', 'must be of the column’s type'],
];

function violation(cause: Error, message: string, faults: readonly Fault[]): RowhouseError {
  const summary = `${message}.`;
  return faults.length === 0
    ? new RowhouseError('constraint_violation', summary, { cause })
    : new SubjectError('constraint_violation', faults, { summary, cause });
}

/** SQLite does not say which foreign key failed. https://www.sqlite.org/foreignkeys.html#fk_indexes */
function foreignKeyError(error: Error, attempt: Attempt): RowhouseError {
  const missing = attempt.written === null ? undefined : missingParent(attempt);
  if (missing !== undefined) {
    const columns = missing.columns.join(', ');
    const parent = mayName(attempt, missing.referencedTable) ? ` of ${missing.referencedTable}` : '';
    const message = `references a row${parent} that does not exist`;
    const faults = missing.columns.map((name) => ({ subject: [...attempt.subject, name], message }));
    return violation(error, `FOREIGN KEY constraint failed: ${columns} ${message}`, faults);
  }
  const children = [...readForeignKeysTo(attempt.database.connection, attempt.table.name).keys()];
  if (children.length === 0) return violation(error, 'FOREIGN KEY constraint failed', []);
  const named = children.filter((name) => mayName(attempt, name));
  const names = named.length === children.length ? named : [...named, 'other tables'];
  return violation(
    error,
    `FOREIGN KEY constraint failed: rows of ${names.join(', ')} reference this row`,
    [],
  );
}

function mayName({ table: { namedInErrors } }: Attempt, name: string): boolean {
  return namedInErrors === null || includesName(namedInErrors, name);
}

/** Returns the first foreign key whose columns were all written and whose parent row does not exist. */
function missingParent({ database, table, written }: Attempt): ForeignKeyFacts | undefined {
  return readForeignKeys(database.connection, table.name).find((reference) => {
    const { columns, referencedTable, referencedColumns } = reference;
    const values = columns.map((name) => {
      const index = (written?.columns ?? []).findIndex((column) => foldName(column.name) === foldName(name));
      return written?.values[index] ?? null;
    });
    if (referencedColumns === null || values.includes(null)) return false;
    const condition = referencedColumns
      .map((name, index) => `${quoteIdentifier(name)} = ${parameterFor(values[index] ?? null)}`)
      .join(' AND ');
    const sql = `SELECT 1 FROM main.${quoteIdentifier(referencedTable)} WHERE ${condition} LIMIT 1`;
    return isWithoutRow(database, { sql, values });
  });
}

/** False if SQLite cannot read the parent table here. */
function isWithoutRow(database: RecordDatabase, { sql, values }: Condition): boolean {
  try {
    return database.firstRow(sql, values) === null;
  } catch (error) {
    if (isSqlError(error)) return false;
    throw error;
  }
}
