import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Turns } from './turns.ts';

/** Waits until all promises that depend on nothing else have settled. */
function everyPromise(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

test('a limited number of tasks runs at once, the others run in order, and too many are refused', async () => {
  const turns = new Turns<'logins' | 'others'>({ atOnce: 2, waiting: 3 });
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const work = Array.from({ length: 5 }, (_, number) => {
    return turns.take('logins', async () => {
      started.push(number);
      await new Promise<void>((resolve) => finish.push(resolve));
      return number;
    });
  });

  await assert.rejects(
    turns.take('logins', () => Promise.resolve()),
    (error: { code: string; retryAfterSeconds: number }) => {
      return error.code === 'rate_limited' && error.retryAfterSeconds > 0;
    },
  );
  assert.deepEqual(started, [0, 1]);
  finish[1]?.();
  await everyPromise();
  assert.deepEqual(started, [0, 1, 2]);
  for (const index of [2, 0, 3, 4]) {
    finish[index]?.();
    await everyPromise();
  }
  assert.deepEqual(await Promise.all(work), [0, 1, 2, 3, 4]);
  assert.deepEqual(started, [0, 1, 2, 3, 4]);
});

test('a failed task passes its turn on', async () => {
  const turns = new Turns<'logins' | 'others'>({ atOnce: 1, waiting: 1 });

  const failing = turns.take('logins', () => Promise.reject(new Error('no')));
  const next = turns.take('logins', () => Promise.resolve('yes'));
  await assert.rejects(failing, /no/);
  assert.equal(await next, 'yes');
  assert.equal(await turns.take('logins', () => Promise.resolve('again')), 'again');
});

test('a full queue does not affect another one, and the queues take turns', async () => {
  const turns = new Turns<'logins' | 'others'>({ atOnce: 1, waiting: 3 });
  const served: string[] = [];
  const work = (line: 'logins' | 'others', name: string) =>
    turns.take(line, () => Promise.resolve(void served.push(name)));
  const waiting = ['first', 'second', 'third', 'fourth'].map((name) => work('logins', name));
  const refused = assert.rejects(work('logins', 'fifth'), { code: 'rate_limited' });
  await Promise.all([...waiting, refused, work('others', 'other'), work('others', 'another')]);
  assert.deepEqual(served, ['first', 'second', 'other', 'third', 'another', 'fourth']);
});
