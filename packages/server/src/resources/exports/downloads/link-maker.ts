import type { Catalog } from '../../../catalog/catalog.ts';
import type { Credential } from '../../../core/credential.ts';
import { RowhouseError } from '../../../core/errors.ts';
import { timestamp } from '../../../core/ids.ts';
import { invalidToken } from '../../../http/access/authentication.ts';

/** The expiry and the maker of a link, which its signature covers. */
export interface LinkTerms {
  /** In seconds since 1970. */
  readonly expires: number;
  /** The token or the user that made the link, such as `token-12` or `user-3`; absent for the admin credential. */
  readonly maker?: string;
}

/** In seconds. */
const DEFAULT_LIFETIME = 3_600;

/**
 * Returns the terms of a new link, and stores until when its maker has a valid link. Call it in a transaction.
 * @param seconds the requested lifetime. The default is an hour, or the rest of the token's life if that is shorter.
 * @throws RowhouseError `permission_denied` if the link would outlast its token; `invalid_token` if the token ended meanwhile.
 */
export async function termsOfLink(
  transaction: Catalog,
  credential: Credential,
  seconds: number | undefined,
): Promise<LinkTerms> {
  const now = Math.floor(Date.now() / 1_000);
  if (credential.kind === 'admin') return { expires: now + (seconds ?? DEFAULT_LIFETIME) };
  if (credential.kind !== 'project_token') {
    const maker = `user-${credential.session.accountUserId}`;
    return { expires: now + (seconds ?? DEFAULT_LIFETIME), maker };
  }
  const { tokenId } = credential;
  const left = await secondsLeft(transaction, tokenId, now);
  if (seconds !== undefined && seconds > left) throw outlasting(left);
  const expires = now + (seconds ?? Math.min(DEFAULT_LIFETIME, left));
  await keepWhileLinked(transaction, tokenId, timestamp(new Date(expires * 1_000)));
  return { expires, maker: `token-${tokenId}` };
}

/**
 * Returns whether the maker of a link still lets it download. DELETE ends a token's links, and a token that replaces it does
 * not; no link of a disabled or removed user is valid.
 */
export async function allowsLinks(catalog: Catalog, maker: string): Promise<boolean> {
  const [kind, id] = maker.split('-');
  const found = kind === 'token' ? await ownerOfToken(catalog, Number(id)) : { account_user_id: Number(id) };
  return found !== undefined && (await isInForce(catalog, found.account_user_id));
}

function ownerOfToken(
  catalog: Catalog,
  id: number,
): Promise<{ readonly account_user_id: number } | undefined> {
  return catalog
    .selectFrom('tokens')
    .select('account_user_id')
    .where('id', '=', id)
    .where('links_ended_at', 'is', null)
    .executeTakeFirst();
}

/** A project user is in force if both the user and its account user are. */
async function isInForce(catalog: Catalog, accountUserId: number): Promise<boolean> {
  const row = await catalog
    .selectFrom('account_users')
    .leftJoin('project_users', 'project_users.account_user_id', 'account_users.id')
    .select('account_users.id')
    .where('account_users.id', '=', accountUserId)
    .where('account_users.disabled_at', 'is', null)
    .where('project_users.disabled_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Returns how long a token is valid, in seconds; Infinity if it does not expire. */
async function secondsLeft(transaction: Catalog, tokenId: number, now: number): Promise<number> {
  const row = await transaction
    .selectFrom('tokens')
    .select('expires_at')
    .where('id', '=', tokenId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw invalidToken();
  const left = row.expires_at === null ? Infinity : Date.parse(row.expires_at) / 1_000 - now;
  if (left <= 0) throw invalidToken();
  return left;
}

/** Timestamps sort as text. */
async function keepWhileLinked(transaction: Catalog, tokenId: number, until: string): Promise<void> {
  await transaction
    .updateTable('tokens')
    .set({ links_valid_until: until })
    .where('id', '=', tokenId)
    .where((build) =>
      build.or([build('links_valid_until', 'is', null), build('links_valid_until', '<', until)]),
    )
    .execute();
}

function outlasting(left: number): RowhouseError {
  const message = `must not be greater than ${left}, the seconds until the token expires`;
  return new RowhouseError(
    'permission_denied',
    `A link cannot outlast the token that creates it: body.expires_in ${message}.`,
    { details: [{ field: 'body.expires_in', message }] },
  );
}
