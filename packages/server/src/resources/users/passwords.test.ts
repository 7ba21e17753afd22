import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { test } from 'node:test';

import { Passwords } from './passwords.ts';

const passwords = new Passwords();
/** For tests that do not depend on the cost. */
const cheapPasswords = new Passwords({ ln: 10, r: 8, p: 1 });

test('a password is stored as a PHC string with a random salt, and only that password matches', async () => {
  const stored = await passwords.hash('correct horse');
  assert.match(stored, /^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(await passwords.hash('correct horse'), stored);

  assert.equal(await passwords.matches('correct horse', stored), true);
  const cheap = await cheapPasswords.hash('correct horse');
  for (const wrong of ['correct horse ', 'Correct horse', '', 'correct hors']) {
    assert.equal(await cheapPasswords.matches(wrong, cheap), false, wrong);
  }
});

test('a password matches in every Unicode form', async () => {
  const stored = await cheapPasswords.hash('ang\u{e9}lique');
  assert.equal(await cheapPasswords.matches('ange\u{301}lique', stored), true);
  assert.equal(await cheapPasswords.matches('angelique', stored), false);
});

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

test('a hash is checked with the parameters that it was created with', async () => {
  const salt = Buffer.from('0123456789abcdef');
  const hash = scryptSync('old password', salt, 32, { N: 2 ** 10, r: 4, p: 2 });
  const stored = `$scrypt$ln=10,r=4,p=2$${unpadded(salt)}$${unpadded(hash)}`;

  assert.equal(await passwords.matches('old password', stored), true);
  assert.equal(await passwords.matches('new password', stored), false);
  assert.equal(passwords.isUpToDate(stored), false);
  assert.equal(passwords.isUpToDate(await passwords.hash('new password')), true);
});

test('a password of an unknown user never matches, after as much CPU time as for a known user', async () => {
  const stored = await passwords.hash('correct horse');
  const cost = async (against: string | null) => {
    const before = process.cpuUsage();
    assert.equal(await passwords.matches('wrong password', against), false);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };

  const [known, unknown] = [await cost(stored), await cost(null)];
  assert.ok(unknown > known / 2 && unknown < known * 2, `${unknown} µs against ${known} µs`);
});

test('a full queue of logins does not block a new user, and a refused one takes no turn', async () => {
  const crowded = new Passwords();
  const salt = Buffer.from('0123456789abcdef');
  const stored = `$scrypt$ln=10,r=4,p=2$${unpadded(salt)}$${unpadded(Buffer.alloc(32))}`;
  let turns = 0;
  const logIn = () => crowded.matches('a guess', stored, () => void turns++);

  const waiting = Array.from({ length: 66 }, logIn);
  await assert.rejects(logIn(), { code: 'rate_limited' });
  assert.match(await crowded.hash('correct horse'), /^\$scrypt\$/);
  await Promise.all(waiting);
  assert.equal(turns, 66);
});
