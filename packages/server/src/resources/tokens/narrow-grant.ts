import { RowhouseError } from '../../core/errors.ts';
import { foldName } from '../../schema/identifier.ts';
import type { Grant } from './grant.ts';

/** What is asked for; what is left out shall be as it is with whoever asks. */
export type AskedGrant = { readonly [K in keyof Grant]: Grant[K] | undefined };

/**
 * What is asked for, where the one who asks has as much.
 * @throws RowhouseError `permission_denied`, naming the field that asks for more.
 */
export function narrowGrant(own: Grant, asked: AskedGrant): Grant {
  return {
    scopes: narrowScopes(own.scopes, asked.scopes),
    tables: narrowTables(own.tables, asked.tables),
    expiresAt: narrowExpiry(own.expiresAt, asked.expiresAt),
  };
}

function narrowScopes(own: Grant['scopes'], asked: AskedGrant['scopes']): Grant['scopes'] {
  if (asked === undefined || own === null) return asked === undefined ? own : asked;
  if (asked === null || asked.some((scope) => !own.includes(scope))) {
    throw wider('body.scopes', `must be among ${own.join(', ')}`);
  }
  return asked;
}

function narrowTables(own: Grant['tables'], asked: AskedGrant['tables']): Grant['tables'] {
  if (asked === undefined || own === null) return asked === undefined ? own : asked;
  const folded = new Set(own.map(foldName));
  if (asked === null || asked.some((table) => !folded.has(foldName(table)))) {
    throw wider('body.tables', 'must be among the tables that the token itself is limited to');
  }
  return asked;
}

/** Both are timestamps of one form, which sort as text. */
function narrowExpiry(own: Grant['expiresAt'], asked: AskedGrant['expiresAt']): Grant['expiresAt'] {
  if (asked === undefined || own === null) return asked === undefined ? own : asked;
  if (asked === null || asked > own) throw wider('body.expires_at', `must not be later than ${own}`);
  return asked;
}

function wider(field: string, message: string): RowhouseError {
  return new RowhouseError(
    'permission_denied',
    `A token can make only tokens that can do no more: ${field} ${message}.`,
    { details: [{ field, message }] },
  );
}
