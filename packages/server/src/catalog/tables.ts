import type { Generated, Selectable } from 'kysely';

/** The service's own tables. Times are UTC, `YYYY-MM-DDTHH:MM:SSZ`, so they sort as text. */
export interface CatalogTables {
  readonly accounts: AccountsTable;
  readonly account_users: AccountUsersTable;
  readonly project_users: ProjectUsersTable;
  readonly projects: ProjectsTable;
  readonly tokens: TokensTable;
  readonly exports: ExportsTable;
  readonly idempotency_keys: IdempotencyKeysTable;
  readonly service: ServiceTable;
  readonly unfinished_projects: UnfinishedProjectsTable;
}

/** The account of the server's owner, which always exists. It owns what the admin credential creates. */
export const OWNER_ACCOUNT_ID = 1;

interface AccountsTable {
  readonly id: Generated<number>;
  readonly created_at: string;
}

/** The owners of tokens. A new token replaces the earlier tokens of its own user only. */
interface AccountUsersTable {
  readonly id: Generated<number>;
  readonly account_id: number;
  readonly username: string;
  readonly created_at: string;
}

/** The users who can log in to a project. A password is valid for this project only. */
interface ProjectUsersTable {
  readonly id: Generated<number>;
  readonly project_id: number;
  /** The account user of the same name, who owns the tokens that a login creates. */
  readonly account_user_id: number;
  readonly username: string;
  /** Includes the parameters of the hash. */
  readonly password_hash: string;
  readonly created_at: string;
}

interface ProjectsTable {
  readonly id: Generated<number>;
  readonly project_slug: string;
  readonly project_name: string;
  readonly account_id: number;
  /** The key that signs the links to the project's exports, in hexadecimal; null until the first link. */
  readonly export_link_key: Generated<string | null>;
  readonly created_at: string;
  readonly updated_at: string;
}

interface TokensTable {
  readonly id: Generated<number>;
  readonly project_id: number;
  readonly account_user_id: number;
  /** The project user that the token names; null for none. */
  readonly project_user_id: number | null;
  readonly token_type: 'project_api_token';
  readonly token_name: string;
  /** SHA-256 of the token, in lower-case hexadecimal. The token itself is stored nowhere. */
  readonly token_sha256: string;
  /** A JSON array of scopes; null for all scopes, including those of later releases. */
  readonly scopes: string | null;
  /** A JSON array of table names; null for every table. */
  readonly tables: string | null;
  /** 1 for a token of an access test, which is removed soon after it ends. */
  readonly temporary: 0 | 1;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

interface ExportsTable {
  /** Increases with each export, so exports of the same second keep their order. */
  readonly sequence: Generated<number>;
  /** `exp_…` */
  readonly id: string;
  readonly project_id: number;
  readonly kind: 'schema_export' | 'table_export' | 'database_export';
  /** For a table export: the table's stored name; until the export is ready, the name that the client sent. */
  readonly table_name: string | null;
  /**
   * For a table export: a JSON array of the folded names of the tables and views whose rows it contains. Null if they are unknown, as they
   * are until the export is ready, unless a limited client requested it. A limited client sees only an export with known tables.
   */
  readonly reads: string | null;
  readonly format: string;
  readonly download_name: string;
  readonly storage_backend: 'local';
  readonly content_type: string;
  /** `ready` means that the file was complete when it was stored. It may be missing since. */
  readonly status: 'pending' | 'running' | 'ready' | 'failed' | 'expired';
  /** Why the export failed or expired. */
  readonly status_reason: string | null;
  /** What the file leaves out or cannot express: a JSON array of sentences. */
  readonly notes: Generated<string>;
  readonly row_count: number | null;
  readonly table_count: number | null;
  /** Null until the export is ready, like the checksum. */
  readonly size_bytes: number | null;
  readonly sha256: string | null;
  /** The request as exact JSON, for a background export that is not ready, so it can run after a restart. */
  readonly request: string | null;
  /** The number of times that the export was started. */
  readonly attempts: Generated<number>;
  /** Identifies the request and the database's content: equal fingerprints give equal files. Null if unknown. */
  readonly fingerprint: string | null;
  readonly download_count: Generated<number>;
  /** When the file was first found missing from storage; null while it exists. */
  readonly missing_at: string | null;
  readonly created_at: string;
  /** When the export became ready, failed or expired. */
  readonly ended_at: string | null;
  readonly expires_at: string | null;
}

/** The stored results of requests with an `Idempotency-Key` that changed the catalog. */
interface IdempotencyKeysTable {
  readonly id: Generated<number>;
  /** The project whose tokens share the key; null for the admin credential. */
  readonly project_id: number | null;
  readonly key: string;
  readonly request_sha256: string;
  readonly request_id: string;
  /** JSON, encrypted with the credential that sent the request. */
  readonly result: Uint8Array;
  /** In milliseconds since 1970. */
  readonly created_at: number;
}

/** Facts about the service: one row per name. */
interface ServiceTable {
  readonly name: 'admin_token_sha256' | 'first_started_at';
  readonly value: string;
}

/** Creations and deletions that are under way, or that a crash cut short: they also change files, which no transaction spans. */
interface UnfinishedProjectsTable {
  /** The id of a creation is also in the marker file beside the project's folder. */
  readonly id: string;
  readonly project_slug: string;
  readonly change: 'creation' | 'deletion';
}

export type ProjectRow = Selectable<ProjectsTable>;
export type ProjectUserRow = Selectable<ProjectUsersTable>;
export type TokenRow = Selectable<TokensTable>;
export type ExportRow = Selectable<ExportsTable>;
