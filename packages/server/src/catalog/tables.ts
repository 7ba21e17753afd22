import type { Generated, Selectable } from 'kysely';

/** The service's own tables. Times are UTC, `YYYY-MM-DDTHH:MM:SSZ`, so that they sort as text. */
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

/** The account of the server's owner, which is always there: what the admin credential makes belongs to it. */
export const OWNER_ACCOUNT_ID = 1;

interface AccountsTable {
  readonly id: Generated<number>;
  readonly created_at: string;
}

/** Whose tokens are: a new token takes the place of the earlier ones of its user, and of nobody else's. */
interface AccountUsersTable {
  readonly id: Generated<number>;
  readonly account_id: number;
  readonly username: string;
  readonly created_at: string;
}

/** Who may log in to a project, with a password of this project alone. */
interface ProjectUsersTable {
  readonly id: Generated<number>;
  readonly project_id: number;
  /** Of the same name, in the account of the project: whose the tokens are that a login makes. */
  readonly account_user_id: number;
  readonly username: string;
  /** With the parameters it was made with. */
  readonly password_hash: string;
  readonly created_at: string;
}

interface ProjectsTable {
  readonly id: Generated<number>;
  readonly project_slug: string;
  readonly project_name: string;
  readonly account_id: number;
  /** With which the links to its exports are signed, in hexadecimal; null until there is the first. */
  readonly export_link_key: Generated<string | null>;
  readonly created_at: string;
  readonly updated_at: string;
}

interface TokensTable {
  readonly id: Generated<number>;
  readonly project_id: number;
  readonly account_user_id: number;
  /** The user of the project in whose name the token is; null for none. */
  readonly project_user_id: number | null;
  readonly token_type: 'project_api_token';
  readonly token_name: string;
  /** SHA-256 of the token, lower-case hexadecimal: the token itself is stored nowhere. */
  readonly token_sha256: string;
  /** JSON, an array of scopes; null for every one, those of later releases included. */
  readonly scopes: string | null;
  /** JSON, an array of table names; null for every table. */
  readonly tables: string | null;
  /** 1 for one that a test of access made: it is removed soon after its end. */
  readonly temporary: 0 | 1;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

interface ExportsTable {
  /** Rises with each export, so that those of one second keep their order. */
  readonly sequence: Generated<number>;
  /** `exp_…` */
  readonly id: string;
  readonly project_id: number;
  readonly kind: 'schema_export' | 'table_export' | 'database_export';
  readonly scope: 'project' | 'table';
  /** Of a table export, as the table is stored; until it is ready, as the client named it. */
  readonly table_name: string | null;
  readonly format: string;
  readonly download_name: string;
  readonly storage_backend: 'local';
  readonly content_type: string;
  /** `ready` says that the file was whole when it was stored; it may have gone since. */
  readonly status: 'pending' | 'running' | 'ready' | 'failed' | 'expired';
  /** Why it failed; or what a reader of the file should know: what it could not carry, say. */
  readonly status_reason: string | null;
  readonly row_count: number | null;
  readonly table_count: number | null;
  /** Null until it is ready, as is the checksum. */
  readonly size_bytes: number | null;
  readonly sha256: string | null;
  /** What is to be made, as exact JSON, while nobody waits for it and it is not ready: so that it can be made after a restart. */
  readonly request: string | null;
  /** How often it was begun. */
  readonly attempts: Generated<number>;
  /** Of the request and of what the database held: the same gives the same file. Null where that cannot be told. */
  readonly fingerprint: string | null;
  readonly download_count: Generated<number>;
  /** When the file was first found to be gone from storage; null while it is there. */
  readonly missing_at: string | null;
  readonly created_at: string;
  /** When it was ready, had failed or expired. */
  readonly ended_at: string | null;
  readonly expires_at: string | null;
}

/** What requests with an `Idempotency-Key` gave that changed something here. */
interface IdempotencyKeysTable {
  readonly id: Generated<number>;
  /** Whose key it is: of the project's tokens; null for the admin credential. */
  readonly project_id: number | null;
  readonly key: string;
  readonly request_sha256: string;
  readonly request_id: string;
  /** JSON, sealed by the credential that sent the request. */
  readonly result: Uint8Array;
  /** In milliseconds since 1970. */
  readonly created_at: number;
}

/** What the service knows of itself: one row a name. */
interface ServiceTable {
  readonly name: 'admin_token_sha256' | 'first_started_at';
  readonly value: string;
}

/** Creations and deletions that are under way, or that a crash cut short: they also change files, which no transaction spans. */
interface UnfinishedProjectsTable {
  /** Of a creation, it is also in the mark beside the project's folder. */
  readonly id: string;
  readonly project_slug: string;
  readonly change: 'creation' | 'deletion';
}

export type ProjectRow = Selectable<ProjectsTable>;
export type ProjectUserRow = Selectable<ProjectUsersTable>;
export type TokenRow = Selectable<TokensTable>;
export type ExportRow = Selectable<ExportsTable>;
