import type { ProjectRef } from '../core/project-ref.ts';
import type { ValueFormat } from '../core/tagged-value.ts';

/** The port for read-only SQL of clients. A query can be stopped at any time and does not delay other projects. */
export interface ProjectQueries {
  /**
   * Runs one statement. Rejects with `validation_failed` for parameters that do not fit the statement, `query_rejected` for a
   * statement that is not allowed, `permission_denied` for a table that the client may not use, `query_failed` if SQLite fails,
   * `query_timeout`, and `rate_limited` or `unavailable` if too many queries wait.
   * @param signal stops the query.
   */
  run(project: ProjectRef, query: Query, signal: AbortSignal): Promise<QueryAnswer>;
}

export interface Query {
  readonly sql: string;
  /** By position, or by name with or without its prefix. Values are as sent by the client. Null for none. */
  readonly parameters: readonly unknown[] | Readonly<Record<string, unknown>> | null;
  /** The maximum number of rows. */
  readonly limit: number;
  /** The names of the tables that the client is limited to; null for all. */
  readonly allowed: readonly string[] | null;
  /** The form of the rows' values. */
  readonly valueFormat: ValueFormat;
}

export interface QueryAnswer {
  /** The names of the result's columns in order, with duplicates. */
  readonly columns: readonly string[];
  /** A JSON array of objects, with values as in records. Of columns with the same name, the last one counts. */
  readonly rowsJson: string;
  readonly rowCount: number;
  /** Whether there are more rows. */
  readonly truncated: boolean;
  readonly durationMs: number;
}
