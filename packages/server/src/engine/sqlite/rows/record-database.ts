import type { StatementSync } from 'node:sqlite';

import type { ValueFormat } from '../../../core/tagged-value.ts';
import { LruMap } from '../../../runtime/lru-map.ts';
import { foldName } from '../../../schema/identifier.ts';
import type { OpenDatabase } from '../connection/open-database.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { tablesReadBy } from '../limits/tables-read.ts';
import { type BoundValue, parameterValue } from '../values/bound-value.ts';
import { addValueFunctions } from '../values/json-expression.ts';
import type { SqliteValue } from '../values/record-value.ts';
import { expressionCost } from './cost/expression-cost.ts';
import { MoveProbe } from './move-probe.ts';
import { readRecordTable, type RecordTable } from './record-table.ts';
import { addShownAs } from './shown-value.ts';
import { UpsertProbe } from './upsert-probe.ts';

const MAX_TABLES = 200;
const MAX_STATEMENTS = 500;

/**
 * A connection's cached tables and prepared statements. Both caches are cleared when the schema changes, even if another connection
 * changed it.
 */
export class RecordDatabase {
  readonly connection: OpenDatabase;
  readonly conflicts: UpsertProbe;
  readonly moves: MoveProbe;
  readonly #schemaVersion: StatementSync;
  #version: unknown = null;
  /** Why SQLite cannot read the schema, or null. */
  #schemaError: unknown = null;
  #defersForeignKeys: boolean | null = null;
  #writesMayBeEndless: boolean | null = null;
  readonly #tables = new LruMap<string, RecordTable>({ capacity: MAX_TABLES });
  /** What views and virtual tables read, by their stored name. */
  readonly #reads = new LruMap<string, ReadonlySet<string> | null>({ capacity: MAX_TABLES });
  readonly #statements = new LruMap<string, StatementSync>({ capacity: MAX_STATEMENTS });

  constructor(connection: OpenDatabase) {
    this.connection = connection;
    this.conflicts = new UpsertProbe(connection);
    this.moves = new MoveProbe(connection);
    addValueFunctions(connection);
    addShownAs(connection);
    this.#schemaVersion = connection.prepare('PRAGMA main.schema_version');
  }

  /**
   * Call it first in each transaction; no other connection can change the schema until the transaction ends.
   * @throws SQLite's error if the schema exceeds this connection's limits.
   */
  refresh(): void {
    const version = this.#schemaVersion.get()?.['schema_version'];
    if (version !== this.#version) this.#begin(version);
    if (this.#schemaError !== null) throw this.#schemaError;
  }

  #begin(version: unknown): void {
    this.#version = version;
    this.#defersForeignKeys = null;
    this.#writesMayBeEndless = null;
    this.#tables.clear();
    this.#reads.clear();
    this.#statements.clear();
    this.moves.reset();
    this.#schemaError = this.#findSchemaError();
  }

  /** If a definition exceeds a limit, SQLite reads the schema again for every statement, so the error is kept. */
  #findSchemaError(): unknown {
    try {
      this.connection.prepare('SELECT 1 FROM main.sqlite_schema');
      return null;
    } catch (error) {
      const tooLong = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_TOOBIG;
      return tooLong ? error : null;
    }
  }

  /** Whether a foreign key may be checked only at the commit. https://www.sqlite.org/foreignkeys.html#fk_deferred */
  get defersForeignKeys(): boolean {
    this.refresh();
    this.#defersForeignKeys ??= this.firstRow(DEFERS_FOREIGN_KEYS, []) !== null;
    return this.#defersForeignKeys;
  }

  /**
   * Whether a write may run without end: because of triggers, also of tables that a foreign key reaches, or of expressions that are not
   * light.
   */
  get writesMayBeEndless(): boolean {
    this.refresh();
    this.#writesMayBeEndless ??= this.firstRow(HAS_TRIGGERS, []) !== null || this.#hasHeavyTables();
    return this.#writesMayBeEndless;
  }

  #hasHeavyTables(): boolean {
    const names = queryRows<[string]>(this.connection, ORDINARY_TABLES, []);
    return names.some(([name]) => expressionCost(this.connection, name) !== 'light');
  }

  /** @throws RowhouseError as `readRecordTable` does. */
  table(nameOrId: string, format: ValueFormat = 'plain'): RecordTable {
    const key = `${format} ${foldName(nameOrId)}`;
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const table = readRecordTable(this.connection, nameOrId, format);
    this.#tables.set(key, table);
    return table;
  }

  /**
   * Returns the folded names of the tables that reading this view or virtual table reads; null if it also reads something else.
   * @throws SQLite's error if it cannot be read.
   */
  tablesReadBy({ name }: RecordTable): ReadonlySet<string> | null {
    const known = this.#reads.get(name);
    if (known !== undefined) return known;
    const read = tablesReadBy(this.connection, name);
    this.#reads.set(name, read);
    return read;
  }

  firstRow(sql: string, parameters: readonly BoundValue[]): readonly SqliteValue[] | null {
    const row = this.#statement(sql).get(...parameters.map(parameterValue));
    // The declared type of a statement that returns arrays is objects.
    return row === undefined ? null : (row as unknown as readonly SqliteValue[]);
  }

  *rows(sql: string, parameters: readonly BoundValue[]): Generator<readonly SqliteValue[], void> {
    try {
      yield* this.#statement(sql).iterate(...parameters.map(parameterValue)) as unknown as Iterable<
        readonly SqliteValue[]
      >;
    } catch (error) {
      // In `node:sqlite`, a statement that failed during an iteration fails with the same error at the start of the next one.
      this.#statements.delete(sql);
      throw error;
    }
  }

  /** @returns the number of rows that the statement itself changed, without those of triggers and foreign keys. */
  run(sql: string, parameters: readonly BoundValue[]): number {
    return Number(this.#statement(sql).run(...parameters.map(parameterValue)).changes);
  }

  /** Returns rows as arrays, with every INTEGER as a bigint. */
  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.connection.prepare(sql);
    statement.setReturnArrays(true);
    statement.setReadBigInts(true);
    this.#statements.set(sql, statement);
    return statement;
  }
}

const SQLITE_TOOBIG = 18;

const DEFERS_FOREIGN_KEYS =
  "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND sql LIKE '%deferred%' LIMIT 1";

const HAS_TRIGGERS = "SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger' LIMIT 1";

/** Tables of the service and of SQLite contain nothing costly. */
const ORDINARY_TABLES = `SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0
  AND lower(name) NOT GLOB '_rowhouse_*' AND name NOT GLOB 'sqlite_*'`;

/** The cache of this connection. */
export function recordDatabaseOf(connection: OpenDatabase): RecordDatabase {
  return connection.keep(RecordDatabase);
}
