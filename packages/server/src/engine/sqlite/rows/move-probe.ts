import type { DatabaseSync } from 'node:sqlite';

import type { SqliteValue } from '../values/record-value.ts';

/** The name of the SQL function that receives the key of a row before and after a change of the key. */
const MOVED = 'rowhouse_moved';

/** The name of the SQL function that says whether to call it: copying a long key to JavaScript takes memory and time. */
const FOLLOWS = 'rowhouse_follows';

/**
 * The memory for moves, in bytes: a trigger may move a whole table, and a key may have any length. A row that moves after so many others
 * is not found again.
 */
const MAX_BYTES = 16_777_216;

/** The memory of a value besides its content. */
const VALUE_BYTES = 64;

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
  #bytesLeft = MAX_BYTES;

  constructor(connection: DatabaseSync) {
    this.#connection = connection;
    const options = { directOnly: true, useBigIntArguments: true, varargs: true };
    connection.function(MOVED, options, (...keys) => {
      this.#bytesLeft -= keys.reduce<number>((sum, value) => sum + bytesOf(value), 0);
      this.#moves.push(keys);
      return null;
    });
    connection.function(FOLLOWS, { directOnly: true }, () => (this.#bytesLeft > 0 ? 1 : 0));
  }

  /** Forgets the moves so far, and records those in this table until the next call. */
  start({ table, before, after }: WatchedKey): void {
    this.#moves = [];
    this.#bytesLeft = MAX_BYTES;
    const name = this.#triggers.get(table) ?? `rowhouse_moves_${this.#triggers.size}`;
    // Each time, because a rollback may have removed the trigger.
    this.#connection.exec(`CREATE TEMP TRIGGER IF NOT EXISTS ${name} AFTER UPDATE ON ${table}
      WHEN (${before}) IS NOT (${after}) AND ${FOLLOWS}() BEGIN SELECT ${MOVED}(${before}, ${after}); END`);
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

function bytesOf(value: SqliteValue): number {
  if (typeof value === 'string') return VALUE_BYTES + 2 * value.length;
  return VALUE_BYTES + (value instanceof Uint8Array ? value.byteLength : 0);
}
