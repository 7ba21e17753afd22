import type { IdempotentRequest, Replayable } from '../core/idempotency.ts';
import type { ProjectRef } from '../core/project-ref.ts';
import type { PlainValue, TaggedValue, ValueFormat } from '../core/tagged-value.ts';

/**
 * The port for tables. A table is named by its name or else by its id in digits. Every method rejects with `not_found` for an
 * unknown table. A change with an idempotent request takes effect once, and rejects with `idempotency_mismatch` if the key was
 * used for another request.
 */
export interface ProjectTables {
  /** Returns ordinary and virtual tables, sorted by name. */
  list(project: ProjectRef, options: { readonly countRows: boolean }): Promise<readonly ListedTable[]>;

  get(project: ProjectRef, table: string): Promise<TableDetails>;

  /** Rejects with `already_exists`, and with `validation_failed` for a definition that SQLite does not accept. */
  create(
    project: ProjectRef,
    table: NewTable,
    request: IdempotentRequest | null,
  ): Promise<Replayable<TableDetails>>;

  /** Rejects with `already_exists`, and with `conflict` if another part of the schema prevents the new name. */
  update(
    project: ProjectRef,
    table: string,
    change: TableChange,
    request: IdempotentRequest | null,
  ): Promise<Replayable<TableEntry>>;

  /**
   * Returns the stored name. Rejects with `conflict` if another part of the schema uses the table. `cascade` drops those parts
   * too: views, triggers and foreign keys, but no rows.
   */
  drop(
    project: ProjectRef,
    table: string,
    options: { readonly cascade: boolean },
    request: IdempotentRequest | null,
  ): Promise<Replayable<string>>;

  /** Rejects with `already_exists`, `conflict`, and `constraint_violation` if existing rows violate the new column. */
  addColumn(
    project: ProjectRef,
    table: string,
    column: NewColumn,
    request: IdempotentRequest | null,
  ): Promise<Replayable<ColumnEntry>>;

  /**
   * Makes all of the changes or none. Returns the columns in the order of the changes. Rejects with `conflict`, and with
   * `constraint_violation` if existing rows violate a change.
   */
  changeColumns(
    project: ProjectRef,
    table: string,
    changes: readonly ColumnChange[],
    request: IdempotentRequest | null,
  ): Promise<Replayable<readonly ColumnEntry[]>>;

  /** Returns the stored name. Rejects with `conflict` for a primary key, and if another part of the schema uses the column. */
  dropColumn(
    project: ProjectRef,
    table: string,
    column: string,
    request: IdempotentRequest | null,
  ): Promise<Replayable<string>>;

  /** Rejects with `constraint_violation` if a unique index finds duplicate values. */
  createIndex(
    project: ProjectRef,
    table: string,
    index: NewIndex,
    request: IdempotentRequest | null,
  ): Promise<Replayable<IndexEntry>>;

  /** Returns the stored name. Rejects with `conflict` for an index that belongs to a constraint. */
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
  /** Null if not requested, or if SQLite cannot read the table, such as a virtual table without its module. */
  readonly rowCount: number | null;
}

export interface ColumnEntry {
  readonly id: number;
  readonly tableName: string;
  readonly name: string;
  /** As declared; empty without a type. */
  readonly type: string;
  readonly nullable: boolean;
  /** In the tagged format; null without a default, and for an expression. */
  readonly defaultValue: PlainValue | TaggedValue;
  /** The SQL of a default that is computed for each new row, as `NewColumn` accepts it; null for any other. */
  readonly defaultExpression: string | null;
  readonly primary: boolean;
  /** Whether the column alone is unique. */
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
  /** Null if the referenced table is missing, or its primary key has another number of columns. */
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
  /** As sent by the client; the type determines which values are valid. Null for none. */
  readonly defaultValue: unknown;
  /** `CURRENT_TIME`, `CURRENT_DATE`, `CURRENT_TIMESTAMP`, or an SQL expression in parentheses. Null for none. */
  readonly defaultExpression: string | null;
}

/** A missing field leaves its part unchanged. */
export interface TableChange {
  readonly name?: string;
  readonly displayName?: string | null;
}

/** A missing field leaves its part unchanged. */
export interface ColumnChange {
  /** The column's name in any case, or its id in digits; a number is an id. */
  readonly column: string | number;
  readonly name?: string;
  readonly type?: ColumnType;
  readonly nullable?: boolean;
  readonly unique?: boolean;
  /** Whether an error may show values of rows that are not unique. */
  readonly showsValues: boolean;
  /** The form in which the client reads and sends a default. */
  readonly valueFormat: ValueFormat;
  /** As sent by the client; null removes the default, also if it is an expression. */
  readonly defaultValue?: unknown;
  /** As in `NewColumn`; null removes the default, also if it is a value. */
  readonly defaultExpression?: string | null;
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
  /** Whether an error may show values of rows that are not unique. */
  readonly showsValues: boolean;
}

export interface NewTable {
  readonly name: string;
  readonly displayName: string | null;
  readonly columns: readonly NewColumn[];
  readonly foreignKeys: readonly NewForeignKey[];
  /** Expressions. */
  readonly checks: readonly string[];
}
