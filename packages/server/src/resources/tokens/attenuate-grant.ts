import { RowhouseError } from '../../core/errors.ts';
import { foldName } from '../../schema/identifier.ts';
import type { Grant } from './grant.ts';

/** What is asked for; what is left out shall be as it is with whoever asks. */
export type RequestedGrant = { readonly [K in keyof Grant]: Grant[K] | undefined };

/**
 * What is asked for, where the one who asks has as much.
 * @throws RowhouseError `permission_denied`, naming the field that asks for more.
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

/** Both are timestamps of one form, which sort as text. */
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
