import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { openCatalog } from '../../catalog/catalog.ts';
import { composeAccess } from '../../compose-access.ts';
import { sessionOf } from '../../core/credential.ts';
import { RowhouseError } from '../../core/errors.ts';
import { THE_SERVICE } from '../../core/requester.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';

const by = THE_SERVICE;
const PASSWORD = 'correct horse battery';
const OF_THIEF = 'the thief was here';
const RESET = 'a password after the reset';
const { signal } = new AbortController();
const browser = { address: '198.51.100.1', requestId: 'req_1', userAgent: undefined, signal };

function fail(error: Error): never {
  throw error;
}

async function startAccess() {
  const folder = temporaryFolder();
  const catalog = await openCatalog(join(folder.path, 'catalog.sqlite'), fail);
  const access = composeAccess(catalog, { passwordCost: { ln: 10, r: 8, p: 1 }, onThreadCrash: fail });
  const { accounts, accountUsers, signIns, logins } = access;
  const accountId = (await accounts.create('Acme', by, null)).result.id;
  const mei = { accountId, username: 'mei', password: PASSWORD };
  const { id } = (await accountUsers.create(mei, by, null)).result;
  const signIn = (password: string) =>
    signIns.withPassword({ projectSlug: undefined, username: 'mei', password }, browser);
  return {
    ...access,
    accountId,
    id,
    signIn,
    /** Keeps every check of a password waiting until `release` is called. */
    holdLogins: () => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const other = { realm: 'accounts', username: 'nobody', address: '203.0.113.9' };
      const held = logins
        .verify(other, { password: 'x', find: () => promise, signal })
        .catch(() => undefined);
      return async () => {
        resolve(undefined);
        await held;
      };
    },
    [Symbol.asyncDispose]: async () => {
      await access.closeLogins();
      await catalog.destroy();
      folder[Symbol.dispose]();
    },
  };
}

type Access = Awaited<ReturnType<typeof startAccess>>;

const hasCode = (code: string) => (error: unknown) => error instanceof RowhouseError && error.code === code;

for (const [what, change] of Object.entries({
  'a new password': ({ accountUsers, accountId, id }) =>
    accountUsers.change(accountId, id, { password: RESET }, by, null),
  'the end of the user': ({ accountUsers, accountId, id }) => accountUsers.remove(accountId, id, by, null),
  'a disabled account': ({ accounts, accountId }) =>
    accounts.change(accountId, { isDisabled: true }, by, null),
} satisfies Readonly<Record<string, (access: Access) => Promise<unknown>>>)) {
  test(`${what} is the last word against a password that a session is setting`, async () => {
    await using access = await startAccess();
    const { current } = await access.signIn(PASSWORD);
    const session = sessionOf(current.credential);
    assert.ok(session !== null);
    const release = access.holdLogins();
    const setting = access.signIns.setPassword(
      session,
      { current: PASSWORD, password: OF_THIEF },
      { ...by, ...browser },
    );
    const refused = assert.rejects(setting, hasCode('invalid_token'));
    await change(access);
    await release();
    await refused;
    await access.accounts.change(access.accountId, { isDisabled: false }, by, null);
    await assert.rejects(access.signIn(OF_THIEF), hasCode('invalid_credentials'));
  });
}

test('a log-in whose password is replaced or whose user is removed after the check starts no session', async () => {
  await using access = await startAccess();
  const { accountUsers, accountId, id, sessions, signIns } = access;
  // `start` runs after the check of the password, as the last step of a log-in.
  const start = sessions.start.bind(sessions);
  const during = (change: () => Promise<unknown>) => {
    sessions.start = async (...parts) => {
      sessions.start = start;
      await change();
      return start(...parts);
    };
  };
  during(() => accountUsers.change(accountId, id, { password: RESET }, by, null));
  await assert.rejects(access.signIn(PASSWORD), hasCode('invalid_credentials'));
  const invite = async () => (await accountUsers.createSignInLink(accountId, id, by, null)).result.code;
  const code = await invite();
  during(() => accountUsers.change(accountId, id, { isDisabled: true }, by, null));
  await assert.rejects(signIns.withLink(code, browser), hasCode('invalid_credentials'));
  await accountUsers.change(accountId, id, { isDisabled: false }, by, null);
  during(() => accountUsers.remove(accountId, id, by, null));
  await assert.rejects(access.signIn(RESET), hasCode('invalid_credentials'));
});
