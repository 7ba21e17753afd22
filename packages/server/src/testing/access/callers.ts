import { mock } from 'node:test';

import { type Scope, SCOPES } from '../../core/scopes.ts';
import { createToken } from '../../http/access/token.ts';
import { signIn, type SignInFields } from '../http/browser.ts';
import { NAME_STARTS, type NameStart, PASSWORD, type TwoAccounts } from './two-accounts.ts';

/** What a credential is, in the words of docs/reference/http-api.md. */
export type Standing =
  | { readonly kind: 'invalid'; readonly code: 'missing_authorization' | 'invalid_token' }
  | { readonly kind: 'admin' }
  | { readonly kind: 'person'; readonly isOfAccount: boolean }
  | {
      readonly kind: 'project';
      readonly isOfProject: boolean;
      readonly scopes: readonly Scope[];
      readonly isLimitedToTables: boolean;
    };

/** Who sends a request about the project `zz_shop`, and what the answer may contain. */
export interface Caller {
  readonly name: string;
  readonly standing: Standing;
  /** The names that an answer to this caller may contain, by their starts. */
  readonly sees: readonly NameStart[];
  /** The start of the names that this caller gives to new projects: these belong to the caller's account. */
  readonly makes: NameStart;
  headers(): Readonly<Record<string, string>>;
  /** Null for a token, and for a session that is not valid. */
  readonly session: Session | null;
}

interface Session {
  readonly id: () => number;
  readonly cookie: () => string;
  /** Signs in again. @returns the id of the session before, which has not ended. */
  readonly renew: () => Promise<number>;
}

const SHOP = ['zz_shop', 'zz_hidden'] as const;
const FULL = { kind: 'project', isOfProject: true, scopes: SCOPES, isLimitedToTables: false } as const;
const INVALID = { kind: 'invalid', code: 'invalid_token' } as const;
const LIMIT = { tables: ['zz_shop_items'] };
const USERS = '/projects/zz_shop/users';

/** A caller of every kind. */
export async function everyCaller(world: TwoAccounts): Promise<readonly Caller[]> {
  return [
    ...(await withoutValidCredential(world)),
    ...(await withEndedCredentials(world)),
    ...(await withLimits(world)),
    ...(await fromElsewhere(world)),
    ...(await withFullPower(world)),
  ];
}

async function withoutValidCredential(world: TwoAccounts): Promise<readonly Caller[]> {
  const token = world.tokens.shop;
  const missing = { kind: 'invalid', code: 'missing_authorization' } as const;
  const user = await createUser(world, 'zz_shop_mistaken');
  const session = await openSession(world, userOfShop(user.username));
  const secret = session.cookie().split('=')[1];
  const lines: readonly (readonly [string, Standing, Readonly<Record<string, string>>])[] = [
    ['no credential', missing, {}],
    ['another scheme', missing, { authorization: 'Basic enpfc2hvcDp6eg==' }],
    ['a token without a scheme', missing, { authorization: token }],
    ['a mistyped token', INVALID, bearer(token.slice(0, -1) + (token.endsWith('a') ? 'b' : 'a'))],
    ['an unknown project token', INVALID, bearer(createToken('pat'))],
    ['an unknown admin token', INVALID, bearer(createToken('adm'))],
    ['an unknown session', INVALID, ownPage(`rowhouse_session=${createToken('ses')}`)],
    ['a token as a session', INVALID, ownPage(`rowhouse_session=${token}`)],
    ['a session as a token', INVALID, bearer(String(secret))],
    [
      'a session with an invalid token',
      INVALID,
      { ...ownPage(session.cookie()), ...bearer(createToken('pat')) },
    ],
  ];
  return lines.map(([name, standing, headers]) => nobody(name, headers, standing));
}

/** A token and a session for each way in which they end. */
async function withEndedCredentials(world: TwoAccounts): Promise<readonly Caller[]> {
  const disabled = await createUser(world, 'zz_shop_disabled');
  const removed = await createUser(world, 'zz_shop_removed');
  const loggedOut = await createUser(world, 'zz_shop_logged_out');
  const callers = [
    ...(await tokenAndSession(world, 'of a disabled user', disabled)),
    ...(await tokenAndSession(world, 'of a removed user', removed)),
    nobody('a token of a disabled account', bearer(world.tokens.gone)),
    nobody(
      'a session of a disabled account',
      ownPage((await openSession(world, { username: 'zz_gone_person' })).cookie()),
    ),
    ...(await expired(world)),
  ];
  await world.admin('PATCH', `${USERS}/${disabled.id}`, { disabled: true });
  await world.admin('DELETE', `${USERS}/${removed.id}`);
  await world.admin('PATCH', `/accounts/${world.accounts.gone}`, { disabled: true });

  const revoked = await createShopToken(world, {});
  await world.admin('DELETE', `/projects/zz_shop/auth/tokens/${revoked.token_id}`);
  const session = ownPage((await openSession(world, userOfShop(loggedOut.username))).cookie());
  await world.server.call('DELETE', '/auth/session', { token: null, headers: session });
  return [
    ...callers,
    nobody('a revoked token', bearer(revoked.token)),
    nobody('a session that has logged out', session),
  ];
}

/** Created longer ago than a session lasts. */
async function expired(world: TwoAccounts): Promise<readonly Caller[]> {
  const user = await createUser(world, 'zz_shop_earlier');
  const dayMs = 86_400_000;
  const now = Date.now();
  mock.timers.enable({ apis: ['Date'], now: now - 8 * dayMs });
  try {
    const { token } = await createShopToken(world, { expires_at: new Date(now - dayMs).toISOString() });
    const session = await openSession(world, userOfShop(user.username));
    return [
      nobody('an expired token', bearer(token)),
      nobody('an expired session', ownPage(session.cookie())),
    ];
  } finally {
    mock.timers.reset();
  }
}

/** Tokens and users that lack one scope, or are limited to one table. */
async function withLimits(world: TwoAccounts): Promise<readonly Caller[]> {
  const callers: Caller[] = [];
  for (const scope of SCOPES) {
    const scopes = SCOPES.filter((each) => each !== scope);
    const standing = { ...FULL, scopes };
    const user = await createUser(world, `zz_shop_without_${scope.replace(':', '_')}`, { scopes });
    const rights = { standing, sees: SHOP, makes: 'zz_sibling' } as const;
    const { token } = await createShopToken(world, { scopes });
    callers.push(ofToken(`a token without ${scope}`, token, rights));
    callers.push(
      ofSession(`a session without ${scope}`, await openSession(world, userOfShop(user.username)), rights),
    );
  }
  const rights = {
    standing: { ...FULL, isLimitedToTables: true },
    sees: ['zz_shop'],
    makes: 'zz_sibling',
  } as const;
  const user = await createUser(world, 'zz_shop_limited', LIMIT);
  return [
    ...callers,
    ofToken('a token limited to a table', (await createShopToken(world, LIMIT)).token, rights),
    ofToken('a token of a user limited to a table', await logIn(world, user.username), rights),
    ofSession('a session limited to a table', await openSession(world, userOfShop(user.username)), rights),
  ];
}

/** Valid credentials without rights in the project. */
async function fromElsewhere(world: TwoAccounts): Promise<readonly Caller[]> {
  const standing = { ...FULL, isOfProject: false };
  const ofSibling = { standing, sees: ['zz_sibling'], makes: 'zz_sibling' } as const;
  const ofRival = { standing, sees: ['zz_rival'], makes: 'zz_rival' } as const;
  const user = { username: 'zz_sibling_user', password: PASSWORD };
  await world.admin('POST', '/projects/zz_sibling_project/users', user);
  const session = await openSession(world, { ...user, project_slug: 'zz_sibling_project' });
  const rival = await openSession(world, { username: 'zz_rival_person' });
  return [
    ofToken('a token of another project', world.tokens.sibling, ofSibling),
    ofToken('a token of another account', world.tokens.rival, ofRival),
    ofSession('a session of a user of another project', session, ofSibling),
    ofSession('a session of a person of another account', rival, {
      ...ofRival,
      standing: { kind: 'person', isOfAccount: false },
    }),
  ];
}

async function withFullPower(world: TwoAccounts): Promise<readonly Caller[]> {
  const user = await createUser(world, 'zz_shop_full');
  const person = await openSession(world, { username: 'zz_acme_person' });
  const ofShop = { standing: FULL, sees: SHOP, makes: 'zz_sibling' } as const;
  const ofAdmin = { standing: { kind: 'admin' }, sees: NAME_STARTS, makes: 'zz_owner' } as const;
  const ofPerson = {
    standing: { kind: 'person', isOfAccount: true },
    sees: [...SHOP, 'zz_acme', 'zz_sibling'],
    makes: 'zz_sibling',
  } as const;
  return [
    ofToken('a token of the project', world.tokens.shop, ofShop),
    ofSession(
      'a session of a user of the project',
      await openSession(world, userOfShop(user.username)),
      ofShop,
    ),
    ofSession('a session of a person of the account', person, ofPerson),
    {
      name: 'the admin token',
      headers: () => bearer(world.adminToken.value),
      session: null,
      ...ofAdmin,
    },
    ofSession('a session of the owner', await openSession(world, { username: 'owner' }), ofAdmin),
  ];
}

type Rights = Pick<Caller, 'standing' | 'sees' | 'makes'>;

function nobody(
  name: string,
  headers: Readonly<Record<string, string>>,
  standing: Standing = INVALID,
): Caller {
  return { name, standing, sees: [], makes: 'zz_rival', headers: () => headers, session: null };
}

function ofToken(name: string, token: string, rights: Rights): Caller {
  return { name, headers: () => bearer(token), session: null, ...rights };
}

function ofSession(name: string, session: Session, rights: Rights): Caller {
  return { name, headers: () => ownPage(session.cookie()), session, ...rights };
}

function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` };
}

/** The headers of a page of the server. */
function ownPage(cookie: string): Readonly<Record<string, string>> {
  return { cookie, 'sec-fetch-site': 'same-origin' };
}

function userOfShop(username: string): SignInFields {
  return { username, project_slug: 'zz_shop' };
}

async function openSession({ server }: TwoAccounts, fields: SignInFields): Promise<Session> {
  const open = () => signIn(server, { ...fields, password: PASSWORD });
  let browser = await open();
  const id = () => Number(browser.signedIn.session.id);
  return {
    id,
    cookie: () => String(browser.setCookie.split(';')[0]),
    renew: async () => {
      const before = id();
      browser = await open();
      return before;
    },
  };
}

interface NewUser {
  readonly id: number;
  readonly username: string;
}

async function createUser({ admin }: TwoAccounts, username: string, rights: object = {}): Promise<NewUser> {
  const { user } = await admin('POST', USERS, { username, password: PASSWORD, ...rights });
  return { id: Number(user.id), username };
}

async function createShopToken(
  { admin }: TwoAccounts,
  fields: object,
): Promise<{ readonly token: string; readonly token_id: number }> {
  return (await admin('POST', '/projects/zz_shop/auth/tokens', { revoke_previous: false, ...fields })).token;
}

async function tokenAndSession(
  world: TwoAccounts,
  whose: string,
  { username }: NewUser,
): Promise<readonly Caller[]> {
  const session = await openSession(world, userOfShop(username));
  return [
    nobody(`a token ${whose}`, bearer(await logIn(world, username))),
    nobody(`a session ${whose}`, ownPage(session.cookie())),
  ];
}

async function logIn({ admin }: TwoAccounts, username: string): Promise<string> {
  const { token } = await admin('POST', '/projects/zz_shop/auth/login', { username, password: PASSWORD });
  return String(token.token);
}
