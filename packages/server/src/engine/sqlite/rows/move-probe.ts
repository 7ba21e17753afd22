import type { DatabaseSync } from 'node:sqlite';

import type { SqliteValue } from '../values/record-value.ts';

/** The name of the SQL function that receives the key of a row before and after a change of the key. */
const MOVED = 'rowhouse_moved';

/** A trigger may move a whole table. A row that moves after so many others is not found again. */
const MAX_MOVES = 10_000;

/** A table, with the result columns of its key, in which `OLD` and `NEW` are the row before and after a change. */
export interface WatchedKey {
  /** The quoted name, for SQL. */
  readonly table: string;
  readonly before: string;
  readonly after: string;
}

/**
 * Records which rows get another key while a statement runs: RETURNING returns the key before the triggers of the file change it. A
 * TEMP trigger, which is not stored in the file, reports each change of a key. https://www.sqlite.org/lang_createtrigger.html#temp_triggers
 */
export class MoveProbe {
  readonly #connection: DatabaseSync;
  /** The names of the TEMP triggers, by the table. */
  readonly #triggers = new Map<string, string>();
  #moves: (readonly SqliteValue[])[] = [];

  constructor(connection: DatabaseSync) {
    this.#connection = connection;
    const options = { directOnly: true, useBigIntArguments: true, varargs: true };
    connection.function(MOVED, options, (...keys) => {
      if (this.#moves.length < MAX_MOVES) this.#moves.push(keys);
      return null;
    });
  }

  /** Forgets the moves so far, and records those in this table until the next call. */
  start({ table, before, after }: WatchedKey): void {
    this.#moves = [];
    if (this.#triggers.has(table)) return;
    const name = `rowhouse_moves_${this.#triggers.size}`;
    this.#connection.exec(`CREATE TEMP TRIGGER ${name} AFTER UPDATE ON ${table}
      WHEN (${before}) IS NOT (${after}) BEGIN SELECT ${MOVED}(${before}, ${after}); END`);
    this.#triggers.set(table, name);
  }

  /** The moves in order. Each has the values of the key before and then after it. */
  get moves(): readonly (readonly SqliteValue[])[] {
    return this.#moves;
  }

  /** Drops the triggers. Call it when the schema has changed, because a trigger with a missing column breaks every UPDATE. */
  reset(): void {
    for (const name of this.#triggers.values()) this.#connection.exec(`DROP TRIGGER IF EXISTS temp.${name}`);
    this.#triggers.clear();
  }
}
