import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { after, test } from 'node:test';
import type { Worker } from 'node:worker_threads';

import { nextEvent } from '../testing/system/waiting.ts';
import { type PasswordCost, writePasswordHash } from './password-hash.ts';
import { Passwords } from './passwords.ts';

const crashes: Error[] = [];
const passwords = startPasswords();
/** For tests that do not depend on the cost. */
const cheapPasswords = startPasswords({ ln: 10, r: 8, p: 1 });

after(async () => {
  await passwords.close();
  await cheapPasswords.close();
  assert.deepEqual(crashes, []);
});

function startPasswords(cost?: PasswordCost): Passwords {
  return new Passwords({ cost, onThreadCrash: (error) => crashes.push(error) });
}

/** The owner of the passwords, where only one has any. */
const OWNER = 'account 1';

test('a password is stored as a PHC string with a random salt, and only that password matches', async () => {
  const stored = await passwords.hash('correct horse', OWNER);
  assert.match(stored, /^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(await passwords.hash('correct horse', OWNER), stored);

  assert.equal(await passwords.matches('correct horse', stored), true);
  const cheap = await cheapPasswords.hash('correct horse', OWNER);
  for (const wrong of ['correct horse ', 'Correct horse', '', 'correct hors']) {
    assert.equal(await cheapPasswords.matches(wrong, cheap), false, wrong);
  }
});

test('a password matches in every Unicode form', async () => {
  const stored = await cheapPasswords.hash('ang\u{e9}lique', OWNER);
  assert.equal(await cheapPasswords.matches('ange\u{301}lique', stored), true);
  assert.equal(await cheapPasswords.matches('angelique', stored), false);
});

test('a hash is checked with the parameters that it was created with', async () => {
  const salt = Buffer.from('0123456789abcdef');
  const hash = scryptSync('old password', salt, 32, { N: 2 ** 10, r: 4, p: 2 });
  const stored = writePasswordHash({ cost: { ln: 10, r: 4, p: 2 }, salt, hash });

  assert.equal(await passwords.matches('old password', stored), true);
  assert.equal(await passwords.matches('new password', stored), false);
  assert.equal(passwords.isUpToDate(stored), false);
  assert.equal(passwords.isUpToDate(await passwords.hash('new password', OWNER)), true);
});

test('a password of an unknown user never matches, after as much CPU time as for a known user', async () => {
  const stored = await passwords.hash('correct horse', OWNER);
  const cost = async (against: string | null) => {
    const before = process.cpuUsage();
    assert.equal(await passwords.matches('wrong password', against), false);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };

  const [known, unknown] = [await cost(stored), await cost(null)];
  assert.ok(unknown > known / 2 && unknown < known * 2, `${unknown} µs against ${known} µs`);
});

test('a hash takes almost no CPU time of the thread that answers requests', async () => {
  const own = process.threadCpuUsage();
  const all = process.cpuUsage();
  await passwords.hash('correct horse', OWNER);
  const { user } = process.threadCpuUsage(own);
  assert.ok(user < process.cpuUsage(all).user / 4, `${user} µs`);
});

test('new passwords and logins take turns, so a full queue of one does not block the other', async () => {
  const stored = await cheapPasswords.hash('correct horse', OWNER);
  const done: string[] = [];
  const logins = Array.from({ length: 20 }, async () => {
    await cheapPasswords.matches('a guess', stored);
    done.push('login');
  });
  await cheapPasswords.hash('correct horse', OWNER);
  done.push('new password');
  await Promise.all(logins);
  assert.ok(done.indexOf('new password') <= 2, `after ${done.indexOf('new password')} logins`);

  const waiting = Array.from({ length: 65 }, () => cheapPasswords.hash('correct horse', OWNER));
  await assert.rejects(cheapPasswords.hash('correct horse', OWNER), { code: 'rate_limited' });
  assert.equal(await cheapPasswords.matches('correct horse', stored), true);
  await Promise.all(waiting);
});

test('the new passwords of one owner do not delay those of another', async () => {
  const done: string[] = [];
  const crowd = Array.from({ length: 20 }, async () => {
    await cheapPasswords.hash('correct horse', 'account 1');
    done.push('crowd');
  });
  await cheapPasswords.hash('correct horse', 'account 2');
  done.push('other');
  await Promise.all(crowd);
  assert.ok(done.indexOf('other') <= 2, `after ${done.indexOf('other')} of the crowd`);
});

test('close finishes the running hash, and rejects what waits', async () => {
  const closing = startPasswords();
  const [running, waiting] = [closing.hash('correct horse', OWNER), closing.hash('correct horse', OWNER)];
  const closed = closing.close();
  await assert.rejects(waiting, { code: 'unavailable' });
  await assert.rejects(closing.matches('correct horse', null), { code: 'unavailable' });
  await assert.rejects(closing.isCommon('correct horse'), { code: 'unavailable' });
  assert.match(await running, /^\$scrypt\$/);
  await closed;
});

test('if the thread crashes, the running hash fails, and the waiting ones run on a new thread', async () => {
  const reported: Error[] = [];
  const fragile = new Passwords({ onThreadCrash: (error) => reported.push(error) });
  const started = nextWorker();
  const [running, waiting] = [fragile.hash('correct horse', OWNER), fragile.hash('correct horse', OWNER)];
  const worker = await started;
  await nextEvent(worker, 'online');
  void worker.terminate();
  await assert.rejects(running, { code: 'unavailable' });
  assert.match(await waiting, /^\$scrypt\$/);
  assert.equal(reported.length, 1);
  await fragile.close();
});

function nextWorker(): Promise<Worker> {
  return new Promise((resolve) => process.once('worker', resolve));
}

test('a common password is found in any case', async () => {
  for (const common of ['password', 'PASSWORD', 'Passw0rd', 'qwerty123', 'iloveyou']) {
    assert.equal(await cheapPasswords.isCommon(common), true, common);
  }
  assert.equal(await cheapPasswords.isCommon('correct horse battery'), false);
});
