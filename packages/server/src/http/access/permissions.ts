import type { Credential } from '../../core/credential.ts';
import { limitedToOtherTables, RowhouseError } from '../../core/errors.ts';
import type { Scope } from '../../core/scopes.ts';
import { includesName } from '../../schema/identifier.ts';

/** What a route of a project asks of a token, beyond being the project's. */
export interface RoutePermissions {
  /** Of an array every one. Null: any token of the project will do. */
  readonly scope: Scope | readonly Scope[] | null;
  /**
   * How the route stands to a token that is limited to some tables. `untouched`: it neither shows nor changes what is in
   * any; `checked`: it calls `requireTable` for each that it uses. Left out: it concerns the whole project, and such a
   * token is refused.
   */
  readonly tables?: 'untouched' | 'checked';
}

/** @throws RowhouseError `permission_denied`. */
export function requirePermissions(credential: Credential, needed: RoutePermissions): void {
  const refusal = refusalOf(credential, needed);
  if (refusal !== null) throw new RowhouseError('permission_denied', refusal);
}

export function hasPermissions(credential: Credential, needed: RoutePermissions): boolean {
  return refusalOf(credential, needed) === null;
}

/** What the credential lacks, in a sentence; null where it lacks nothing. */
function refusalOf(credential: Credential, needed: RoutePermissions): string | null {
  if (credential.kind === 'admin') return null;
  const { scopes, tables } = credential;
  const lacking = scopes === null ? [] : scopesOf(needed).filter((scope) => !scopes.includes(scope));
  if (lacking.length > 0) {
    return `This requires a token with the ${lacking.length === 1 ? 'scope' : 'scopes'} ${lacking.join(' and ')}.`;
  }
  if (tables === null || needed.tables !== undefined) return null;
  return 'This requires a token for the whole project, but the token is limited to some tables.';
}

/** @throws RowhouseError `permission_denied`, whether there is such a table or not. */
export function requireTable(credential: Credential, table: string): void {
  const allowed = allowedTables(credential);
  if (allowed !== null && !includesName(allowed, table)) throw limitedToOtherTables();
}

/** The tables that the credential is limited to; null for one that is not. */
export function allowedTables(credential: Credential): readonly string[] | null {
  return credential.kind === 'admin' ? null : credential.tables;
}

export function scopesOf({ scope }: RoutePermissions): readonly Scope[] {
  return scope === null ? [] : [scope].flat();
}
