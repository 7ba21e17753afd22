import type { ProjectRef } from '../core/project-ref.ts';

/**
 * The port, as far as SQL of a client's is concerned. It reads, and runs where it can be stopped: whatever it does, no other
 * project waits for it.
 */
export interface ProjectQueries {
  /**
   * Runs one statement. Rejects with `validation_failed` for parameters that are not the statement's, with `query_rejected`
   * for what may not run, with `permission_denied` where the client may not use a table, with `query_failed` where SQLite
   * cannot run it, with `query_timeout`, and with `rate_limited` or `unavailable` where too many wait.
   * @param signal ends the query early.
   */
  run(project: ProjectRef, query: Query, signal: AbortSignal): Promise<QueryAnswer>;
}

export interface Query {
  readonly sql: string;
  /** By position, or by name with or without its prefix; values as a client sent them. Null for none. */
  readonly parameters: readonly unknown[] | Readonly<Record<string, unknown>> | null;
  /** The most rows to be read. */
  readonly limit: number;
  /** The tables that the client is limited to, by name; null for every one. */
  readonly allowed: readonly string[] | null;
}

export interface QueryAnswer {
  /** The names of the result's columns in order, as SQLite has them: one may stand twice. */
  readonly columns: readonly string[];
  /** A JSON array of objects, with values as in records. Of columns with the same name the last one counts. */
  readonly rowsJson: string;
  readonly rowCount: number;
  /** Whether there are more rows than were read. */
  readonly truncated: boolean;
  readonly durationMs: number;
}
