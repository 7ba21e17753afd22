import { RowhouseError } from '../../core/errors.ts';
import { foldName } from '../../schema/identifier.ts';
import type { Grant } from './grant.ts';

/** The requested rights. Omitted fields default to the issuer's. */
export type RequestedGrant = { readonly [K in keyof Grant]: Grant[K] | undefined };

/**
 * Returns the requested rights, if the issuer has them.
 * @throws RowhouseError `permission_denied` with the field that exceeds the issuer's rights.
 */
export function attenuateGrant(own: Grant, requested: RequestedGrant): Grant {
  return {
    scopes: narrowScopes(own.scopes, requested.scopes),
    tables: narrowTables(own.tables, requested.tables),
    expiresAt: narrowExpiry(own.expiresAt, requested.expiresAt),
  };
}

function narrowScopes(own: Grant['scopes'], requested: RequestedGrant['scopes']): Grant['scopes'] {
  if (requested === undefined || own === null) return requested === undefined ? own : requested;
  if (requested === null || requested.some((scope) => !own.includes(scope))) {
    throw wider('body.scopes', `must be among ${own.join(', ')}`);
  }
  return requested;
}

function narrowTables(own: Grant['tables'], requested: RequestedGrant['tables']): Grant['tables'] {
  if (requested === undefined || own === null) return requested === undefined ? own : requested;
  const folded = new Set(own.map(foldName));
  if (requested === null || requested.some((table) => !folded.has(foldName(table)))) {
    throw wider('body.tables', 'must be among the tables of the creating token');
  }
  return requested;
}

/** Both timestamps have the same form and sort as text. */
function narrowExpiry(own: Grant['expiresAt'], requested: RequestedGrant['expiresAt']): Grant['expiresAt'] {
  if (requested === undefined || own === null) return requested === undefined ? own : requested;
  if (requested === null || requested > own) throw wider('body.expires_at', `must not be later than ${own}`);
  return requested;
}

function wider(field: string, message: string): RowhouseError {
  return new RowhouseError(
    'permission_denied',
    `A token cannot create a token with more rights: ${field} ${message}.`,
    { details: [{ field, message }] },
  );
}
