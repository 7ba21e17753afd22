import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { PasswordLogins } from './password-logins.ts';
import { Passwords } from './passwords.ts';

const passwords = new Passwords({ cost: { ln: 10, r: 8, p: 1 }, onThreadCrash: assert.ifError });
after(() => passwords.close());

const attempt = { realm: 'accounts', username: 'ada', address: '192.0.2.1' };
const { signal } = new AbortController();

interface StoredUser {
  readonly username?: string;
  /** Null if there is none. */
  readonly user?: { readonly name: string; readonly password_hash: string | null } | null;
}

/** Logins of Ada, with a count of the look-ups of users. */
async function startWithAda() {
  const logins = new PasswordLogins(passwords);
  const ada = { name: 'Ada', password_hash: await passwords.hash('correct horse', 'account 1') };
  const lookUps: string[] = [];
  const logIn = (password: string, { username = 'ada', user = ada }: StoredUser = {}) => {
    const find = () => {
      lookUps.push(username);
      return Promise.resolve(user ?? undefined);
    };
    return logins.verify({ ...attempt, username }, { password, find, signal });
  };
  return { logins, lookUps, logIn };
}

test('the user is returned for the correct password only', async () => {
  const { logIn } = await startWithAda();
  assert.equal((await logIn('correct horse')).name, 'Ada');
  await assert.rejects(logIn('correct hors'), { code: 'invalid_credentials' });
});

test('a user that does not exist or has no password gets the same error as a wrong password', async () => {
  const { logIn } = await startWithAda();
  const refused = await Promise.allSettled([
    logIn('a wrong one'),
    logIn('correct horse', { username: 'eve', user: null }),
    logIn('correct horse', { username: 'mei', user: { name: 'Mei', password_hash: null } }),
  ]);
  const messages = refused.map((outcome) => (outcome.status === 'rejected' ? String(outcome.reason) : ''));
  assert.deepEqual(messages, Array(3).fill('RowhouseError: The username or the password is wrong.'));
});

test('after ten failures, an attempt is refused before any work, for known and unknown names', async () => {
  const { lookUps, logIn } = await startWithAda();
  for (const options of [{}, { username: 'eve', user: null }]) {
    for (let tries = 0; tries < 9; tries++) await assert.rejects(logIn('a wrong one', options));
    await assert.rejects(logIn('a wrong one', options), { code: 'invalid_credentials' });
    const before = lookUps.length;
    await assert.rejects(logIn('correct horse', options), { code: 'rate_limited' });
    assert.equal(lookUps.length, before);
  }
});

test('concurrent attempts do not exceed the limit', async () => {
  const { logIn } = await startWithAda();
  for (let tries = 0; tries < 5; tries++) await assert.rejects(logIn('a wrong one'));
  const outcomes = await Promise.allSettled(Array.from({ length: 9 }, () => logIn('a wrong one')));
  const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : ''));
  assert.deepEqual(codes, [
    ...Array<string>(5).fill('invalid_credentials'),
    ...Array<string>(4).fill('rate_limited'),
  ]);
});

test('a login after close is unavailable', async () => {
  const { logins, logIn } = await startWithAda();
  logins.close();
  await assert.rejects(logIn('correct horse'), { code: 'unavailable' });
});
