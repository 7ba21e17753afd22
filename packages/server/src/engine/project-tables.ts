import type { IdempotentRequest, Replayable } from '../core/idempotency.ts';
import type { ProjectRef } from '../core/project-ref.ts';

/**
 * The port, as far as tables are concerned. A table is asked for by its name or by its id in digits, names first; every
 * method rejects with `not_found` where there is no such table. A change that is given an idempotent request has effect once,
 * and rejects with `idempotency_mismatch` for a key used for another.
 */
export interface ProjectTables {
  /** Ordinary and virtual tables, sorted by name. */
  list(project: ProjectRef, options: { readonly countRows: boolean }): Promise<readonly ListedTable[]>;

  get(project: ProjectRef, table: string): Promise<TableDetails>;

  /** Rejects with `already_exists`, and with `validation_failed` for what SQLite takes in no table. */
  create(
    project: ProjectRef,
    table: NewTable,
    request: IdempotentRequest | null,
  ): Promise<Replayable<TableDetails>>;

  /** Rejects with `already_exists`, and with `conflict` where something in the schema stands in the way of a new name. */
  update(
    project: ProjectRef,
    table: string,
    change: TableChange,
    request: IdempotentRequest | null,
  ): Promise<Replayable<TableEntry>>;

  /**
   * Gives the name as it was stored; rejects with `conflict` where something else in the schema uses the table. With
   * `cascade` that goes too: foreign keys (not the rows that have them), views and triggers.
   */
  drop(
    project: ProjectRef,
    table: string,
    options: { readonly cascade: boolean },
    request: IdempotentRequest | null,
  ): Promise<Replayable<string>>;

  /** Rejects with `already_exists`, with `conflict`, and with `constraint_violation` where the rows that are there forbid it. */
  addColumn(
    project: ProjectRef,
    table: string,
    column: NewColumn,
    request: IdempotentRequest | null,
  ): Promise<Replayable<ColumnEntry>>;

  /**
   * All of the changes or none. Gives the columns in the order of the changes. Rejects with `conflict`, and with
   * `constraint_violation` where the rows that are there forbid one.
   */
  changeColumns(
    project: ProjectRef,
    table: string,
    changes: readonly ColumnChange[],
    request: IdempotentRequest | null,
  ): Promise<Replayable<readonly ColumnEntry[]>>;

  /** Gives the name as it was stored; rejects with `conflict` for a primary key, and where something else uses the column. */
  dropColumn(
    project: ProjectRef,
    table: string,
    column: string,
    request: IdempotentRequest | null,
  ): Promise<Replayable<string>>;

  /** Rejects with `constraint_violation` where a unique index finds values that stand twice. */
  createIndex(
    project: ProjectRef,
    table: string,
    index: NewIndex,
    request: IdempotentRequest | null,
  ): Promise<Replayable<IndexEntry>>;

  /** Gives the name as it was stored; rejects with `conflict` for an index that belongs to a constraint. */
  dropIndex(
    project: ProjectRef,
    table: string,
    index: string,
    request: IdempotentRequest | null,
  ): Promise<Replayable<string>>;
}

export interface TableEntry {
  readonly id: number;
  readonly name: string;
  readonly displayName: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ListedTable extends TableEntry {
  /** Null where it was not asked for, or where SQLite cannot read the table (a virtual one without its module). */
  readonly rowCount: number | null;
}

export interface ColumnEntry {
  readonly id: number;
  readonly tableName: string;
  readonly name: string;
  /** As declared; empty where nothing is. */
  readonly type: string;
  readonly nullable: boolean;
  /** The value of a literal, or else the SQL text of an expression. */
  readonly defaultValue: string | number | null;
  readonly primary: boolean;
  /** Whether no two rows can have the same value in it. */
  readonly unique: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface IndexEntry {
  readonly name: string;
  readonly unique: boolean;
  /** `c` from CREATE INDEX, `u` from a UNIQUE constraint, `pk` from a PRIMARY KEY. */
  readonly origin: 'c' | 'u' | 'pk';
  readonly partial: boolean;
  /** The name of each column, or the SQL text of an expression. */
  readonly columns: readonly string[];
}

export interface ForeignKeyEntry {
  readonly columns: readonly string[];
  readonly referencesTable: string;
  /** Null where SQLite cannot say: the table is missing, or its primary key has another number of columns. */
  readonly referencesColumns: readonly string[] | null;
  readonly onDelete: string;
  readonly onUpdate: string;
}

export interface TableDetails {
  readonly table: TableEntry;
  readonly columns: readonly ColumnEntry[];
  readonly indexes: readonly IndexEntry[];
  readonly foreignKeys: readonly ForeignKeyEntry[];
}

export type ColumnType = 'INTEGER' | 'REAL' | 'TEXT' | 'BLOB' | 'ANY';

export type ReferenceAction = 'NO ACTION' | 'RESTRICT' | 'SET NULL' | 'SET DEFAULT' | 'CASCADE';

export interface NewColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly primary: boolean;
  readonly nullable: boolean;
  readonly unique: boolean;
  /** As a client sent it: what it may be depends on the type. Null for none. */
  readonly defaultValue: unknown;
}

/** What is left out stays as it is. */
export interface TableChange {
  readonly name?: string;
  readonly displayName?: string | null;
}

/** What is left out stays as it is. */
export interface ColumnChange {
  /** Its name, in any case, or its id in digits. */
  readonly column: string;
  readonly name?: string;
  readonly type?: ColumnType;
  readonly nullable?: boolean;
  readonly unique?: boolean;
  /** As a client sent it; null takes the default away. */
  readonly defaultValue?: unknown;
}

export interface NewForeignKey {
  readonly columns: readonly string[];
  readonly referencesTable: string;
  /** Null for the primary key. */
  readonly referencesColumns: readonly string[] | null;
  readonly onDelete: ReferenceAction;
  readonly onUpdate: ReferenceAction;
}

export interface NewIndex {
  /** Null for `idx_<table>_<column>…`. */
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly unique: boolean;
}

export interface NewTable {
  readonly name: string;
  readonly displayName: string | null;
  readonly columns: readonly NewColumn[];
  readonly foreignKeys: readonly NewForeignKey[];
  /** Expressions. */
  readonly checks: readonly string[];
}
