import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LoginLimits } from './login-limits.ts';

const START_MS = 1_000_000;
const ada = { realm: 'project shop', username: 'ada', address: '192.0.2.1' };

function fail(limits: LoginLimits, attempt = ada): void {
  limits.count(attempt);
}

function failTimes(limits: LoginLimits, times: number, attempt = ada): void {
  for (let time = 0; time < times; time++) fail(limits, attempt);
}

/** Failures for different names from one address. */
function failForNames(limits: LoginLimits, names: number, address = ada.address): void {
  for (let number = 1; number <= names; number++)
    fail(limits, { ...ada, username: `made-up-${number}`, address });
}

/** Failures for Ada from different addresses. */
function failFromAddresses(limits: LoginLimits, addresses: number): void {
  for (let number = 1; number <= addresses; number++)
    fail(limits, { ...ada, address: `198.51.100.${number}` });
}

function isRefused(limits: LoginLimits, attempt: typeof ada): boolean {
  try {
    limits.require(attempt);
    return false;
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'rate_limited');
    return true;
  }
}

test('after ten failures in ten minutes, a name is refused from this address, in this realm only', (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: START_MS });
  const limits = new LoginLimits();
  failTimes(limits, 9);
  assert.equal(isRefused(limits, ada), false);
  fail(limits);

  context.mock.timers.setTime(START_MS + 590_500);
  assert.throws(() => limits.require(ada), { code: 'rate_limited', retryAfterSeconds: 10 });
  assert.throws(() => limits.count(ada), { code: 'rate_limited', retryAfterSeconds: 10 });
  assert.equal(isRefused(limits, { ...ada, username: 'mei' }), false);
  assert.equal(isRefused(limits, { ...ada, realm: 'accounts' }), false);
  assert.equal(isRefused(limits, { ...ada, address: '192.0.2.2' }), false);
  context.mock.timers.setTime(START_MS + 600_000);
  assert.equal(isRefused(limits, ada), false);
});

test('addresses of one IPv6 /64 network count together', () => {
  const limits = new LoginLimits();
  failTimes(limits, 10, { ...ada, address: '2001:db8::1' });
  assert.equal(isRefused(limits, { ...ada, address: '2001:db8::2' }), true);
  assert.equal(isRefused(limits, { ...ada, address: '2001:db8:0:1::1' }), false);
});

test('a successful login takes back the failures of its name at its address', () => {
  const limits = new LoginLimits();
  failTimes(limits, 10);
  limits.succeed(ada);
  failTimes(limits, 9);
  assert.equal(isRefused(limits, ada), false);
});

test('checking the limit does not count as an attempt', () => {
  const limits = new LoginLimits();
  for (let times = 0; times < 20; times++) limits.require(ada);
  assert.equal(isRefused(limits, ada), false);
});

test('after twenty failures, each further attempt from the address waits a second, and its failure is hidden', (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: START_MS });
  const limits = new LoginLimits();
  failForNames(limits, 19);
  assert.deepEqual(limits.delays(ada), { ofName: 0, ofAddress: 0 });
  fail(limits);
  assert.equal(limits.failure(ada).code, 'invalid_credentials');
  assert.deepEqual(limits.delays(ada), { ofName: 0, ofAddress: 1_000 });

  context.mock.timers.setTime(START_MS + 540_000);
  fail(limits);
  const { code, retryAfterSeconds } = limits.failure(ada);
  assert.deepEqual([code, retryAfterSeconds], ['rate_limited', 60]);
  assert.equal(isRefused(limits, ada), false, 'the right password is still accepted');
  assert.deepEqual(limits.delays({ ...ada, address: '192.0.2.2' }), { ofName: 0, ofAddress: 0 });
  context.mock.timers.setTime(START_MS + 600_000);
  assert.deepEqual(limits.delays(ada), { ofName: 0, ofAddress: 0 });
});

test('successful logins do not count against their address, and do not end its delay', () => {
  const limits = new LoginLimits();
  for (let times = 0; times < 40; times++) {
    limits.count(ada);
    limits.succeed(ada);
  }
  assert.deepEqual(limits.delays(ada), { ofName: 0, ofAddress: 0 });
  failForNames(limits, 20);
  limits.count(ada);
  limits.succeed(ada);
  assert.equal(limits.delays(ada).ofAddress, 1_000);
});

test('a name with many failures from everywhere is delayed by up to five seconds, and never refused', () => {
  const limits = new LoginLimits();
  const delays = [0, 19, 1, 20, 60, 60].map((more, step) => {
    failFromAddresses(limits, more);
    assert.equal(isRefused(limits, ada), false);
    return [step, limits.delays(ada).ofName];
  });
  assert.deepEqual(
    delays.map(([, delay]) => delay),
    [0, 0, 1_000, 2_000, 5_000, 5_000],
  );
  assert.deepEqual(limits.delays({ ...ada, realm: 'accounts' }), { ofName: 0, ofAddress: 0 });
});

test('however many names were tried, a new one is not refused', () => {
  const limits = new LoginLimits();
  for (let number = 1; number <= 60_000; number++) {
    const address = `2001:db8:${number.toString(16)}::1`;
    limits.count({ ...ada, username: `made-up-${number}`, address });
  }
  fail(limits, { ...ada, username: 'mei' });
  assert.equal(limits.failure({ ...ada, username: 'mei' }).code, 'invalid_credentials');
});
