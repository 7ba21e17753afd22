import type { TokenRow } from '../../catalog/tables.ts';
import type { Scope } from '../../core/scopes.ts';

/** The rights and expiry of a token. */
export interface Grant {
  /** Null for all scopes. */
  readonly scopes: readonly Scope[] | null;
  /** Null for every table. */
  readonly tables: readonly string[] | null;
  /** Null for no expiry. */
  readonly expiresAt: string | null;
}

export const fullGrant: Grant = { scopes: null, tables: null, expiresAt: null };

/** Parses the columns that `toGrantColumns` wrote. */
export function grantOf(row: Pick<TokenRow, 'scopes' | 'tables' | 'expires_at'>): Grant {
  return {
    scopes: row.scopes === null ? null : (JSON.parse(row.scopes) as readonly Scope[]),
    tables: row.tables === null ? null : (JSON.parse(row.tables) as readonly string[]),
    expiresAt: row.expires_at,
  };
}

export function toGrantColumns(grant: Grant): Pick<TokenRow, 'scopes' | 'tables' | 'expires_at'> {
  return {
    scopes: grant.scopes === null ? null : JSON.stringify(grant.scopes),
    tables: grant.tables === null ? null : JSON.stringify(grant.tables),
    expires_at: grant.expiresAt,
  };
}
