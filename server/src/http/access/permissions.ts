import { limitedToOtherTables, RowhouseError } from '../../errors.ts';
import { includesName } from '../../schema/identifier.ts';
import type { Credential } from './credential.ts';
import type { Scope } from './scopes.ts';

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
  if (credential.kind === 'admin') return;
  const { scopes, tables } = credential;
  if (scopes !== null) requireScopes(scopes, scopesOf(needed));
  if (tables !== null && needed.tables === undefined) {
    throw denied('This concerns the whole project, and the token is limited to some of its tables.');
  }
}

function requireScopes(scopes: readonly Scope[], needed: readonly Scope[]): void {
  const lacking = needed.filter((scope) => !scopes.includes(scope));
  if (lacking.length === 0) return;
  const names = lacking.join(' and ');
  throw denied(`This needs a token with the ${lacking.length === 1 ? 'scope' : 'scopes'} ${names}.`);
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

function denied(message: string): RowhouseError {
  return new RowhouseError('permission_denied', message);
}
