import type { Generated, Selectable } from 'kysely';

import type { Actor } from '../core/requester.ts';
import type { AuditAction } from './audit-actions.ts';

/** The service's own tables. Times are UTC, `YYYY-MM-DDTHH:MM:SSZ`, so they sort as text. */
export interface CatalogTables {
  readonly accounts: AccountsTable;
  readonly account_users: AccountUsersTable;
  readonly project_users: ProjectUsersTable;
  readonly sessions: SessionsTable;
  readonly sign_in_links: SignInLinksTable;
  readonly projects: ProjectsTable;
  readonly tokens: TokensTable;
  readonly exports: ExportsTable;
  readonly idempotency_keys: IdempotencyKeysTable;
  readonly replaced_admin_tokens: ReplacedAdminTokensTable;
  readonly service: ServiceTable;
  readonly unfinished_projects: UnfinishedProjectsTable;
  readonly audit_events: AuditEventsTable;
}

/** The account of the server's owner, which always exists. It owns what the admin credential creates. */
export const OWNER_ACCOUNT_ID = 1;

/** The server's owner, in the owner's account. This user always exists, and cannot be disabled. */
export const OWNER_USER_ID = 1;

interface AccountsTable {
  readonly id: Generated<number>;
  readonly account_name: string;
  /** While an account is disabled, no token, link or session of it is valid. */
  readonly disabled_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** The owners of tokens. A new token replaces the earlier tokens of its own user only. */
interface AccountUsersTable {
  readonly id: Generated<number>;
  readonly account_id: number;
  /**
   * `account`: the account itself, which owns what the admin credential creates in it; `person`: a user who can log in to the
   * account; `project_user`: the owner of the tokens of one user of a project.
   */
  readonly kind: 'account' | 'person' | 'project_user';
  /** Unique on the server. Null unless the user is a person. */
  readonly username: string | null;
  /** Null if the user has no password, and cannot log in with one. */
  readonly password_hash: string | null;
  readonly disabled_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** The users who can log in to a project. A password is valid for this project only. */
interface ProjectUsersTable {
  readonly id: Generated<number>;
  readonly project_id: number;
  /** The account user who owns the tokens of this user. */
  readonly account_user_id: number;
  readonly username: string;
  /** Includes the parameters of the hash. */
  readonly password_hash: string;
  /** The rights that no token and no session of the user exceeds, in the form of `TokensTable`. */
  readonly scopes: string | null;
  readonly tables: string | null;
  readonly disabled_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** The log-ins of people with a browser. The end of a session deletes its row. */
interface SessionsTable {
  readonly id: Generated<number>;
  readonly account_user_id: number;
  /** Null for a user of an account. */
  readonly project_user_id: number | null;
  /** SHA-256 of the cookie's value, in lower-case hexadecimal. The value itself is stored nowhere. */
  readonly secret_sha256: string;
  /** A session that began with a link may set the user's password without the current one. */
  readonly signed_in_by: 'password' | 'link';
  /** The address that the log-in came from. */
  readonly address: string;
  readonly user_agent: string | null;
  readonly created_at: string;
  readonly expires_at: string;
  readonly last_used_at: string | null;
}

/** The links that sign a person in once, at most one for each. */
interface SignInLinksTable {
  readonly account_user_id: number;
  /** SHA-256 of the link's code, in lower-case hexadecimal. */
  readonly secret_sha256: string;
  readonly expires_at: string;
}

interface ProjectsTable {
  readonly id: Generated<number>;
  readonly project_slug: string;
  readonly project_name: string;
  readonly account_id: number;
  /** The key that signs the links to the project's exports, encrypted with the service key; null until the first link. */
  readonly sealed_link_key: Generated<Uint8Array | null>;
  /** The same key in hexadecimal, as earlier releases stored it. The start encrypts it, so it is null from then on. */
  readonly clear_link_key: Generated<string | null>;
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
  /** When the last of the links that the token made expires; null if it made none. */
  readonly links_valid_until: Generated<string | null>;
  /** When the links of the token ended with it; null while they are valid, also if another token has replaced the token. */
  readonly links_ended_at: Generated<string | null>;
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
  readonly name: 'admin_token_sha256' | 'first_started_at' | 'vacuum_due';
  readonly value: string;
}

/** The admin credentials that another one replaced. They never become valid again. */
interface ReplacedAdminTokensTable {
  /** As in `tokens`. */
  readonly token_sha256: string;
  readonly replaced_at: string;
}

/** Creations and deletions that are under way, or that a crash cut short: they also change files, which no transaction spans. */
interface UnfinishedProjectsTable {
  /** The id of a creation is also in the marker file beside the project's folder. */
  readonly id: string;
  readonly project_slug: string;
  readonly change: 'creation' | 'deletion';
}

/** Who changed what. Triggers keep the events unchanged, and for at least 30 days. */
interface AuditEventsTable {
  readonly id: Generated<number>;
  readonly created_at: string;
  readonly action: AuditAction;
  readonly actor_type: Actor['type'];
  readonly actor_id: number | null;
  readonly actor_name: string | null;
  readonly address: string | null;
  readonly request_id: string | null;
  readonly account_id: number | null;
  readonly project_id: number | null;
  readonly project_slug: string | null;
  /** The id or the name of the changed object. */
  readonly subject: string | null;
  /** JSON objects without secrets. */
  readonly before: string | null;
  readonly after: string | null;
}

export type AuditEventRow = Selectable<AuditEventsTable>;
export type AccountRow = Selectable<AccountsTable>;
export type AccountUserRow = Selectable<AccountUsersTable>;
export type SessionRow = Selectable<SessionsTable>;
export type ProjectRow = Selectable<ProjectsTable>;
export type ProjectUserRow = Selectable<ProjectUsersTable>;
export type TokenRow = Selectable<TokensTable>;
export type ExportRow = Selectable<ExportsTable>;
