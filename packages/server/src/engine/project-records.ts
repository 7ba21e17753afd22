import type { IdempotentRequest, Replayable } from '../core/idempotency.ts';
import type { ProjectRef } from '../core/project-ref.ts';
import type { WrittenRows } from '../core/scopes.ts';
import type { ValueFormat } from '../core/tagged-value.ts';

/**
 * The port for the rows of tables and views. Rows are returned as JSON text that SQLite renders, with values as in
 * `PlainValue` or `TaggedValue`. Rows are accepted as sent by the client, and checked against the columns.
 *
 * Every method rejects with `not_found` for an unknown table, `permission_denied` for a table that the client may not use,
 * `validation_failed` for a field that does not fit the table, and `conflict` if SQLite cannot use the table. Reading a view
 * may also reject with `query_timeout`, `query_failed` and `rate_limited`.
 *
 * A write with an idempotent request takes effect once, and rejects with `idempotency_mismatch` if the key was used for another
 * request.
 */
export interface ProjectRecords {
  list(project: ProjectRef, table: TableReference, page: RecordPageRequest): Promise<RecordPage>;

  /** Rejects with `not_found`. */
  get(project: ProjectRef, table: TableReference, key: RecordKey): Promise<RecordRow>;

  /** Rejects with `constraint_violation`. */
  create(
    project: ProjectRef,
    table: TableReference,
    row: NewRecord,
    request: IdempotentRequest | null,
  ): Promise<Replayable<CreatedRecord>>;

  /** Creates all rows or none. Rejects with `constraint_violation`. */
  createMany(
    project: ProjectRef,
    table: TableReference,
    rows: NewRecords,
    request: IdempotentRequest | null,
  ): Promise<Replayable<CreatedRecords>>;

  /** Rejects with `not_found`, and with `constraint_violation`. */
  update(
    project: ProjectRef,
    table: TableReference,
    change: RecordChange,
    request: IdempotentRequest | null,
  ): Promise<Replayable<RecordRow>>;

  /** Rejects with `not_found`, and with `constraint_violation`. */
  delete(
    project: ProjectRef,
    table: TableReference,
    key: RecordKey,
    request: IdempotentRequest | null,
  ): Promise<Replayable<DeletedRecord>>;

  /** Changes all matching rows or none. Rejects with `constraint_violation`. */
  updateMany(
    project: ProjectRef,
    table: TableReference,
    change: RecordsChange,
    request: IdempotentRequest | null,
  ): Promise<Replayable<AffectedRows>>;

  /** Deletes all matching rows or none. Rejects with `constraint_violation`. */
  deleteMany(
    project: ProjectRef,
    table: TableReference,
    filters: readonly RecordFilter[],
    request: IdempotentRequest | null,
  ): Promise<Replayable<AffectedRows>>;
}

/** How a client addresses a table. */
export interface TableReference {
  /** The table's name in any case, or its id in digits. */
  readonly nameOrId: string;
  /** The names of the tables that the client is limited to; null for all. */
  readonly allowed: readonly string[] | null;
  /** The form of its values, in requests and in answers. */
  readonly valueFormat: ValueFormat;
  /** What an answer shows of a row that was written: only its key, if the client may not read rows. */
  readonly writtenRows: WrittenRows;
}

/** The key of a row, from the path of a URL. */
export interface RecordKey {
  /** Decoded. */
  readonly whole: string;
  /** The parts between commas, each decoded. */
  readonly parts: readonly string[];
}

/** A row as sent by the client, with unchecked values. */
export type ClientRow = Readonly<Record<string, unknown>>;

export type FilterOperator =
  | '='
  | '!='
  | '>'
  | '>='
  | '<'
  | '<='
  | 'like'
  | 'contains'
  | 'starts_with'
  | 'ends_with'
  | 'in'
  | 'is_null'
  | 'not_null';

export interface RecordFilter {
  readonly column: string;
  readonly operator: FilterOperator;
  /** An array for `in`, null for `is_null` and `not_null`. */
  readonly value: unknown;
  /** Only with `like`: the character before a `%` or `_` that stands for itself. */
  readonly escape?: string;
}

export interface RecordPageRequest {
  readonly filters: readonly RecordFilter[];
  /** As sent by the client: `name`, or `city,-age`; null for the order of the key. */
  readonly sort: string | null;
  /** Reverses the order of every term. */
  readonly descending: boolean;
  readonly limit: number;
  readonly offset: number;
  /** The cursor of the previous page, empty for the first page; null if `offset` selects the page. */
  readonly after: string | null;
  /** As sent by the client: `id,name`; null for all. */
  readonly columns: string | null;
  readonly countAll: boolean;
}

export interface RecordPage {
  /** As stored. */
  readonly table: string;
  /** A JSON array. */
  readonly rowsJson: string;
  readonly returned: number;
  readonly hasMore: boolean;
  /** The number of all matching rows; null if not requested. */
  readonly totalCount: number | null;
  /** Null after the last page, and if `offset` selects the page. */
  readonly nextCursor: string | null;
}

export interface RecordRow {
  readonly table: string;
  /** A JSON object; `null` if a trigger has removed the row since it was written. */
  readonly rowJson: string;
}

/** What to do with a new row whose values in these columns exist in another row. */
export interface ConflictRule {
  readonly columns: readonly string[];
  readonly action: 'update' | 'ignore';
}

export interface NewRecord {
  readonly row: ClientRow;
  readonly onConflict: ConflictRule | null;
}

export interface CreatedRecord extends RecordRow {
  readonly outcome: 'created' | 'updated' | 'ignored';
}

export interface NewRecords {
  readonly rows: readonly ClientRow[];
  readonly onConflict: ConflictRule | null;
  readonly returnRows: boolean;
}

export interface CreatedRecords {
  readonly table: string;
  readonly created: number;
  readonly updated: number;
  readonly ignored: number;
  /** A JSON array; null if not requested. */
  readonly rowsJson: string | null;
}

export interface RecordChange {
  readonly key: RecordKey;
  readonly patch: ClientRow;
}

export interface RecordsChange {
  readonly filters: readonly RecordFilter[];
  readonly patch: ClientRow;
}

export interface DeletedRecord {
  readonly table: string;
}

export interface AffectedRows {
  readonly table: string;
  readonly affected: number;
}
