import { type Credential, isOfProject } from '../../core/credential.ts';
import { RowhouseError } from '../../core/errors.ts';
import type { Scope, WrittenRows } from '../../core/scopes.ts';

/** The rights that a project route requires of a token. */
export interface RoutePermissions {
  /** All scopes of an array are required. Null: any token of the project is allowed. */
  readonly scope: Scope | readonly Scope[] | null;
  /**
   * How the route treats a token that is limited to some tables. `untouched`: the route neither reads nor changes tables.
   * `checked`: the route passes `allowedTables` on, and what uses a table compares it with them. If omitted, the route concerns
   * the whole project and refuses such a token.
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

/** Returns the reason why the credential is refused; null if it is allowed. */
function refusalOf(credential: Credential, needed: RoutePermissions): string | null {
  if (!isOfProject(credential)) return null;
  const { scopes, tables } = credential;
  const lacking = scopes === null ? [] : scopesOf(needed).filter((scope) => !scopes.includes(scope));
  if (lacking.length > 0) {
    return `This requires a token with the ${lacking.length === 1 ? 'scope' : 'scopes'} ${lacking.join(' and ')}.`;
  }
  if (tables === null || needed.tables !== undefined) return null;
  return 'This requires a token for the whole project, but the token is limited to some tables.';
}

/** Returns the tables that the credential is limited to; null for no limit. */
export function allowedTables(credential: Credential): readonly string[] | null {
  return isOfProject(credential) ? credential.tables : null;
}

export function mayReadRows(credential: Credential): boolean {
  return hasPermissions(credential, { scope: 'records:read', tables: 'checked' });
}

/** What an answer shows of a row that this credential wrote. */
export function writtenRowsFor(credential: Credential): WrittenRows {
  return mayReadRows(credential) ? 'whole' : 'keys';
}

export function scopesOf({ scope }: RoutePermissions): readonly Scope[] {
  return scope === null ? [] : [scope].flat();
}
