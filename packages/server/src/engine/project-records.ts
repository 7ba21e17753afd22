import type { IdempotentRequest, Replayable } from '../core/idempotency.ts';
import type { ProjectRef } from '../core/project-ref.ts';

/**
 * The port, as far as the rows of tables and views are concerned. Rows come back as JSON text, written by the database
 * itself: a value is a string, a number or null, an integer beyond ±(2^53−1) its digits, an infinity `Infinity` or
 * `-Infinity`, a BLOB base64. Rows go in as a client sent them, checked here column by column.
 *
 * Every method rejects with `not_found` where there is no such table, with `permission_denied` where the client may not use
 * it, with `validation_failed` for a field that the table cannot have, and with `conflict` where SQLite refuses to work
 * with the table at all. Where a view is read, also with `query_timeout`, `query_failed` and `rate_limited`, as a query is.
 *
 * A write that is given an idempotent request has effect once, and rejects with `idempotency_mismatch` for a key that was
 * used for another.
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

  /** All of them or none. Rejects with `constraint_violation`. */
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

  /** All that the filters fit, or none. Rejects with `constraint_violation`. */
  updateMany(
    project: ProjectRef,
    table: TableReference,
    change: RecordsChange,
    request: IdempotentRequest | null,
  ): Promise<Replayable<AffectedRows>>;

  /** All that the filters fit, or none. Rejects with `constraint_violation`. */
  deleteMany(
    project: ProjectRef,
    table: TableReference,
    filters: readonly RecordFilter[],
    request: IdempotentRequest | null,
  ): Promise<Replayable<AffectedRows>>;
}

export interface TableReference {
  /** Its name in any case, or its id in digits. */
  readonly nameOrId: string;
  /** The tables that the client is limited to, by name; null for every one. */
  readonly allowed: readonly string[] | null;
}

/** The key of a row as it stands in a path. */
export interface RecordKey {
  /** Decoded. */
  readonly whole: string;
  /** Where the path has commas: what stands between them, each decoded. */
  readonly parts: readonly string[];
}

/** A row as a client sent it: its values are still to be checked. */
export type ClientRow = Readonly<Record<string, unknown>>;

export type FilterOperator = '=' | '!=' | '>' | '>=' | '<' | '<=' | 'like' | 'in' | 'is_null' | 'not_null';

export interface RecordFilter {
  readonly column: string;
  readonly operator: FilterOperator;
  /** Of `in` an array; of `is_null` and `not_null` null. */
  readonly value: unknown;
}

export interface RecordPageRequest {
  readonly filters: readonly RecordFilter[];
  /** As the client wrote it: `name`, or `city,-age`; null for the order of the key. */
  readonly sort: string | null;
  /** Turns the order of every term round. */
  readonly descending: boolean;
  readonly limit: number;
  readonly offset: number;
  /** The cursor of the page before; empty for the first page, null where pages are counted by `offset`. */
  readonly after: string | null;
  /** As the client wrote it: `id,name`; null for all. */
  readonly columns: string | null;
  readonly countAll: boolean;
}

export interface RecordPage {
  /** As it is stored. */
  readonly table: string;
  /** A JSON array. */
  readonly rowsJson: string;
  readonly returned: number;
  readonly hasMore: boolean;
  /** Of all rows that fit; null where it was not asked for. */
  readonly totalCount: number | null;
  /** Null after the last page, and where pages are counted by `offset`. */
  readonly nextCursor: string | null;
}

export interface RecordRow {
  readonly table: string;
  /** A JSON object. */
  readonly rowJson: string;
}

/** What becomes of a row whose values in these columns stand in another row already. */
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
  /** A JSON array; null where rows were not to be returned. */
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
