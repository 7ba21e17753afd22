import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../../../schema/identifier.ts';
import { openDatabase } from '../connection/open-database.ts';
import { writableColumns } from '../introspection/column-facts.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { type ProgramCost, programCost } from './program-cost.ts';
import { SHORT_WORK_LIMITS } from './short-work-limits.ts';

/**
 * What the expressions of a table (its CHECKs, generated columns, defaults and indexes) take for a single row. `light`: little, also
 * for the longest values; `short`: little for values within `SHORT_WORK_LIMITS`; `costly`: nobody knows how much time or memory.
 */
export type ExpressionCost = 'light' | 'short' | 'costly';

/**
 * SQLite itself is asked: it compiles in an empty database what writes and reads a row of the table, and every instruction of that
 * must be known to be short. What cannot be compiled there is nothing to vouch for.
 */
export function expressionCost(database: DatabaseSync, table: string): ExpressionCost {
  const statements = queryRows<[string]>(
    database,
    `SELECT sql FROM main.sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND type IN ('table', 'index')
     AND sql IS NOT NULL AND rootpage > 0 ORDER BY type = 'index'`,
    [table],
  ).map(([sql]) => sql);
  // ON CONFLICT REPLACE deletes other rows, and a foreign key may take more along.
  if (statements.some((sql) => /\breplace\b/i.test(sql))) return 'costly';
  const costs = compiledCosts(table, statements);
  if (costs === null || !isWithin(costs.read, READ_MAX)) return 'costly';
  if (costs.written.every((cost) => isWithin(cost, LIGHT_MAX))) return 'light';
  return costs.written.every((cost) => isWithin(cost, SHORT_MAX)) ? 'short' : 'costly';
}

function isWithin(cost: ProgramCost, max: ProgramCost): boolean {
  return (
    cost.steps <= max.steps &&
    cost.copies <= max.copies &&
    cost.cursors <= max.cursors &&
    cost.texts <= max.texts &&
    cost.formats <= max.formats
  );
}

/** A step over a text of 128 KiB takes up to half a millisecond, as with a sum of two that are all digits. */
const SHORT_MAX: ProgramCost = { steps: 128, copies: 512, cursors: 128, texts: 128, formats: 128 };

/** A step over a value of 10 MiB takes up to 40 milliseconds, and each index holds a copy of it until the row is written. */
const LIGHT_MAX: ProgramCost = { steps: 32, copies: 128, cursors: 40, texts: 0, formats: 0 };

/** The JSON of a row says up to eight times what a virtual column is computed from. */
const READ_MAX: ProgramCost = { steps: 8, copies: 128, cursors: 8, texts: 8, formats: 1 };

interface RowCosts {
  /** Of what adds a row, and of what changes every column of one, so that no CHECK and no index is left out. */
  readonly written: readonly ProgramCost[];
  readonly read: ProgramCost;
}

function compiledCosts(table: string, statements: readonly string[]): RowCosts | null {
  using scratch = openDatabase(':memory:', {
    mode: 'read-write',
    doubleQuotedStrings: true,
    limits: SCRATCH_LIMITS,
  });
  try {
    // The tables that it refers to are not here. To look for a row by its key is short.
    scratch.exec('PRAGMA foreign_keys = OFF');
    // Prepared, not executed as a script: in a crafted file more may follow the first statement.
    for (const sql of statements) scratch.prepare(sql).run();
    return costsOf(scratch, table);
  } catch {
    return null;
  }
}

/** A connection that should not go as deep could not read a schema with anything deeper, so this limit is only here. */
const SCRATCH_LIMITS = { ...SHORT_WORK_LIMITS, exprDepth: 200 };

function costsOf(scratch: DatabaseSync, table: string): RowCosts | null {
  const quoted = `main.${quoteIdentifier(table)}`;
  const changes = writableColumns(scratch, table).map((name) => `${quoteIdentifier(name)} = ?`);
  const added = programCost(scratch, `INSERT INTO ${quoted} DEFAULT VALUES`);
  const changed = programCost(scratch, `UPDATE ${quoted} SET ${changes.join(', ')}`);
  const read = programCost(scratch, `SELECT * FROM ${quoted}`);
  return added === null || changed === null || read === null ? null : { written: [added, changed], read };
}
