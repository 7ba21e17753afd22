/** The scopes of a token. A token without named scopes has all of them. */
export const SCOPES = [
  'records:read',
  'records:write',
  'schema:read',
  'schema:write',
  'query',
  'exports',
  'tokens',
  'project',
] as const;

export type Scope = (typeof SCOPES)[number];

/** What an answer shows of a row that was written: without the scope `records:read`, only its key. */
export type WrittenRows = 'whole' | 'keys';

/** What a token or a user may do. */
export interface Rights {
  /** Null for all scopes. */
  readonly scopes: readonly Scope[] | null;
  /** The tables that the token or user is limited to; null for no limit. */
  readonly tables: readonly string[] | null;
}
