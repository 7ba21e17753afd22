import type { DatabaseSync } from 'node:sqlite';

import type { ImportWarning } from '../../engine.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { readStoredSchema } from '../introspection/read-stored-schema.ts';
import { openDatabase } from '../open-database.ts';
import { sqlFormat } from '../../../schema/formats/sql.ts';
import { quoteIdentifier } from '../../../schema/identifier.ts';
import { nameList } from '../../../schema/name-list.ts';
import { renderSchemaExport } from '../schema-export.ts';
import { errorToMessage } from '../../../threads/protocol.ts';
import type { CheckResult } from './check-database-file.ts';
import { compileViews } from './compile-views.ts';

/** How many of the problems that integrity_check finds are worth showing. */
const SHOWN_PROBLEMS = 3;
/** How much of what SQLite says is worth showing, in UTF-16 code units: names in the file can be of any length. */
const SHOWN_LENGTH = 300;
/** Thousands of honest views take less than a second; every JSON export takes as long. */
const VIEWS_MAX_MS = 10_000;

/**
 * Checks every page, index and constraint of the database file, counts what is in it, and switches it to a write-ahead
 * log. Runs for as long as the file is large; it is for a process of its own.
 */
export function checkDatabase(path: string): CheckResult {
  try {
    const database = openDatabase(path, { mode: 'read-write', doubleQuotedStrings: true });
    try {
      return examine(database);
    } finally {
      database.close();
    }
  } catch (error) {
    if (!isFaultOfTheFile(error)) return { kind: 'fault', error: errorToMessage(error) };
    return { kind: 'unsound', message: `SQLite refuses the file: ${shortened(error.message)}.` };
  }
}

function examine(database: DatabaseSync): CheckResult {
  const problems = database
    .prepare(`PRAGMA integrity_check(${SHOWN_PROBLEMS})`)
    .all()
    .map((row) => String(row['integrity_check']));
  if (problems[0] !== 'ok') {
    return { kind: 'unsound', message: `The database is damaged: ${shortened(problems.join('; '))}.` };
  }
  if (!compileViews(database, VIEWS_MAX_MS)) {
    return { kind: 'unsound', message: 'The views cannot be used: SQLite takes too long to compile them.' };
  }
  const tables = readStoredSchema(database).tables;
  const ordinary = tables.filter((table) => table.kind === 'table').map((table) => table.name);
  const warnings = [
    ...keyWarnings(database, ordinary),
    ...reservedNameWarnings(database),
    ...referenceWarnings(database),
    ...ddlWarnings(database),
  ];
  const rows = ordinary.reduce((sum, table) => sum + countRows(database, table), 0);
  database.exec('PRAGMA journal_mode = WAL');
  return { kind: 'sound', database: { tables: tables.length, rows, warnings } };
}

function countRows(database: DatabaseSync, table: string): number {
  return Number(database.prepare(`SELECT count(*) AS count FROM ${quoteIdentifier(table)}`).get()?.['count']);
}

function keyWarnings(database: DatabaseSync, tables: readonly string[]): readonly ImportWarning[] {
  const primaryKey = database.prepare('SELECT 1 FROM pragma_table_xinfo(?) WHERE pk > 0 LIMIT 1');
  const keyless = tables.filter((table) => primaryKey.get(table) === undefined);
  if (keyless.length === 0) return [];
  const message = `Without a primary key, rows are found by their rowid: ${listed(keyless)}.`;
  return [{ code: 'table_without_primary_key', message }];
}

/** The service keeps what it knows of a project in tables of such names, and shows them nowhere. */
function reservedNameWarnings(database: DatabaseSync): readonly ImportWarning[] {
  const reserved = queryRows<[string]>(
    database,
    `SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name LIKE '\\_rowhouse\\_%' ESCAPE '\\'`,
  );
  if (reserved.length === 0) return [];
  const message = `Names that begin with _rowhouse_ are the service’s own, and are not shown: ${listed(reserved.map(([name]) => name))}.`;
  return [{ code: 'reserved_names', message }];
}

function referenceWarnings(database: DatabaseSync): readonly ImportWarning[] {
  try {
    const violations = database.prepare('SELECT DISTINCT "table" FROM pragma_foreign_key_check').all();
    const tables = violations.map((row) => String(row['table']));
    return tables.length === 0
      ? []
      : [referenceWarning(`Rows refer to rows that are not there, in ${listed(tables)}.`)];
  } catch (error) {
    // A foreign key that names no key of its parent cannot be checked, and is refused at the first write.
    return [
      referenceWarning(
        `Foreign keys cannot be checked: ${shortened(error instanceof Error ? error.message : String(error))}.`,
      ),
    ];
  }
}

function referenceWarning(message: string): ImportWarning {
  return { code: 'foreign_key_violations', message };
}

function ddlWarnings(database: DatabaseSync): readonly ImportWarning[] {
  const { warnings } = renderSchemaExport(database, sqlFormat);
  return warnings.map((warning) => ({ code: 'schema_not_portable', message: `${warning}.` }));
}

function listed(tables: readonly string[]): string {
  return nameList(tables.map((name) => ({ kind: 'table', name })));
}

function shortened(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH).toWellFormed()}…` : text;
}

/** An I/O error or a full disk is ours to answer for; whatever else SQLite says, it says of the file. */
function isFaultOfTheFile(error: unknown): error is Error {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  const primaryCode = error.errcode & 0xff;
  return primaryCode !== 10 && primaryCode !== 13 && primaryCode !== 14;
}
