import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LoginLimits } from './login-limits.ts';

const ada = { projectSlug: 'shop', username: 'ada', address: '192.0.2.1' };

function useUp(limits: LoginLimits, attempt = ada): void {
  for (let tries = 0; tries < 10; tries++) limits.count(attempt);
}

function isRefused(limits: LoginLimits, attempt: typeof ada): boolean {
  try {
    limits.count(attempt);
    return false;
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'rate_limited');
    return true;
  }
}

test('the eleventh login attempt in ten minutes is refused, only for this user from this address', (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const limits = new LoginLimits();
  useUp(limits);

  context.mock.timers.setTime(1_000_000 + 590_500);
  assert.throws(() => limits.count(ada), { code: 'rate_limited', retryAfterSeconds: 10 });
  assert.equal(isRefused(limits, { ...ada, username: 'mei' }), false);
  assert.equal(isRefused(limits, { ...ada, projectSlug: 'mall' }), false);
  assert.equal(isRefused(limits, { ...ada, address: '192.0.2.2' }), false);
  context.mock.timers.setTime(1_000_000 + 600_000);
  assert.equal(isRefused(limits, ada), false);
});

test('a successful login resets the count', () => {
  const limits = new LoginLimits();
  useUp(limits);
  limits.forget(ada);
  assert.equal(isRefused(limits, ada), false);
});

const networks: readonly (readonly [one: string, other: string, same: boolean])[] = [
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
  ['2001:db8:1:2::1', '2001:0DB8:0001:0002:0:0:0:9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:db8::1', '2001:db8::2', true],
  ['2001:db8::1', '2001:db8:0:1::1', false],
  ['::1', '2001:db8::1', false],
  ['fe80::1%eth0', 'fe80::2%eth1', true],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
  ['192.0.2.1', '192.0.2.2', false],
];
for (const [one, other, same] of networks) {
  test(`${one} and ${other} are ${same ? 'the same network' : 'different networks'}`, () => {
    const limits = new LoginLimits();
    useUp(limits, { ...ada, address: one });
    assert.equal(isRefused(limits, { ...ada, address: other }), same);
  });
}

test('checking the limit does not count as an attempt', () => {
  const limits = new LoginLimits();
  for (let times = 0; times < 20; times++) limits.require(ada);
  useUp(limits);
  assert.throws(() => limits.require(ada), { code: 'rate_limited' });
});

test('with very many users in the table, new ones wait for the oldest window to end, and no count is reset', (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const limits = new LoginLimits();
  useUp(limits);
  context.mock.timers.setTime(1_000_000 + 300_000);
  for (let number = 1; number < 50_000; number++) limits.count({ ...ada, username: `user-${number}` });

  assert.throws(() => limits.count({ ...ada, username: 'mei' }), {
    code: 'rate_limited',
    retryAfterSeconds: 300,
  });
  assert.equal(isRefused(limits, ada), true);
  assert.equal(isRefused(limits, { ...ada, username: 'user-1' }), false);
  context.mock.timers.setTime(1_000_000 + 600_000);
  assert.equal(isRefused(limits, { ...ada, username: 'mei' }), false);
});
