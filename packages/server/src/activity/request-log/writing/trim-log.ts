import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { inTransaction } from './in-transaction.ts';

/** The number of rows removed in one step, which takes a few milliseconds. Queued calls are written after each step. */
const STEP_ROWS = 1_000;

/** Keeps the log within its limits. */
export class LogTrimmer {
  readonly #database: DatabaseSync;
  readonly #maxRows: number;
  readonly #count: StatementSync;
  readonly #setCount: StatementSync;
  readonly #removeOldest: StatementSync;
  readonly #removeExpired: StatementSync;
  readonly #removeExpiredRuns: StatementSync;
  readonly #removeCallsOf: StatementSync;
  readonly #removeRunsOf: StatementSync;

  constructor(database: DatabaseSync, maxRows: number) {
    this.#database = database;
    this.#maxRows = maxRows;
    this.#count = database.prepare("SELECT value FROM counters WHERE name = 'requests'");
    this.#setCount = database.prepare("UPDATE counters SET value = value + ? WHERE name = 'requests'");
    this.#removeOldest = database.prepare(
      'DELETE FROM requests WHERE sequence IN (SELECT sequence FROM requests ORDER BY sequence LIMIT ?)',
    );
    this.#removeExpired = database.prepare(
      `DELETE FROM requests WHERE sequence IN (SELECT sequence FROM requests ORDER BY sequence LIMIT ${STEP_ROWS})
        AND started < ?`,
    );
    this.#removeExpiredRuns = database.prepare(
      `DELETE FROM runs WHERE run IN (SELECT run FROM runs WHERE last_activity < ? ORDER BY last_activity LIMIT ${STEP_ROWS})`,
    );
    this.#removeCallsOf = database.prepare(
      `DELETE FROM requests WHERE sequence IN (SELECT sequence FROM requests WHERE project_id = ? LIMIT ${STEP_ROWS})`,
    );
    this.#removeRunsOf = database.prepare(
      `DELETE FROM runs WHERE run IN (SELECT run FROM runs WHERE project_id = ? LIMIT ${STEP_ROWS})`,
    );
  }

  /**
   * Removes the oldest calls above the limit. Call it in the transaction that wrote `calls`. After the limit was lowered,
   * each call removes at most the number of added rows plus one step.
   */
  added(calls: number): void {
    this.#setCount.run(calls);
    const tooMany = Number(this.#count.get()?.['value']) - this.#maxRows;
    if (tooMany > 0) this.#removed(this.#removeOldest.run(Math.min(tooMany, calls + STEP_ROWS)));
  }

  /**
   * Removes some of the calls that started, and of the runs that were last active, before a time in microseconds since 1970,
   * and runs older than the oldest remaining call. Returns whether there may be more.
   */
  sweep(before: number): boolean {
    return inTransaction(this.#database, () => {
      const calls = this.#removed(this.#removeExpired.run(before));
      const oldest = this.#database.prepare(OLDEST_CALL).get()?.['started'];
      const runsBefore = Math.max(before, typeof oldest === 'number' ? oldest : before) / 1_000;
      const { changes: runs } = this.#removeExpiredRuns.run(Math.floor(runsBefore));
      return calls === STEP_ROWS || Number(runs) === STEP_ROWS;
    });
  }

  /** Removes the calls first: after an interruption, the runs still identify the rest. */
  forgetProject(projectId: number): boolean {
    return inTransaction(this.#database, () => {
      if (this.#removed(this.#removeCallsOf.run(projectId)) === STEP_ROWS) return true;
      return Number(this.#removeRunsOf.run(projectId).changes) === STEP_ROWS;
    });
  }

  #removed({ changes }: { readonly changes: number | bigint }): number {
    this.#setCount.run(-Number(changes));
    return Number(changes);
  }
}

const OLDEST_CALL = 'SELECT started FROM requests ORDER BY sequence LIMIT 1';
