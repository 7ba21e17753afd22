import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { CountingMethods } from './fixtures/counting-operations.ts';
import { ThreadPool } from './thread-pool.ts';

test('a long operation blocks no other while a thread is free', async () => {
  const pool = startPool(2);
  const word = sharedWord();
  const long = pool.request('block', word);

  // This would never resolve if one of them went to the blocked thread.
  for (let call = 0; call < 10; call++) await pool.request('echo', call);

  release(word);
  await long;
  await pool.close();
});

test('waiting requests are served in order', async () => {
  const pool = startPool(1);
  const word = sharedWord();
  const long = pool.request('block', word);
  const served: number[] = [];
  const waiting = [1, 2, 3, 4].map(async (number) => {
    await pool.request('echo', number);
    served.push(number);
  });

  release(word);
  await Promise.all([long, ...waiting]);
  assert.deepEqual(served, [1, 2, 3, 4]);
  await pool.close();
});

test('a failed operation frees its thread', async () => {
  const pool = startPool(1);
  await assert.rejects(pool.request('refuse', undefined), { code: 'conflict' });
  await assert.rejects(pool.request('exit', undefined), { code: 'unavailable' });
  assert.equal(await pool.request('echo', 'here'), 'here');
  await pool.close();
});

test('a request to all threads reaches every running one, busy or not, and starts none', async () => {
  const pool = startPool(3);
  const words = [sharedWord(), sharedWord()];
  const long = words.map((word) => pool.request('block', word));
  const reached = pool.requestAll('count', undefined);
  for (const word of words) release(word);
  await Promise.all([...long, reached]);

  // Two threads have counted one operation each, alone or with the block; the third has not started.
  const counts = await Promise.all([1, 2, 3].map(() => pool.request('count', undefined)));
  const before = counts.map((count) => count.before);
  assert.deepEqual(new Set(before), new Set([0, 1]));
  assert.equal(before.filter((count) => count === 1).length, 2);
  await pool.close();
});

test('close answers waiting requests, and refuses later ones', async () => {
  const pool = startPool(2);
  const requested = Array.from({ length: 9 }, (_, number) => pool.request('echo', number));
  const closed = pool.close();
  const late = assert.rejects(pool.request('echo', 'late'), { code: 'unavailable' });

  assert.deepEqual(await Promise.all(requested), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  await late;
  await closed;
});

function startPool(size: number): ThreadPool<CountingMethods> {
  return new ThreadPool<CountingMethods>(size, {
    name: 'counting',
    script: new URL('./fixtures/counting-thread.ts', import.meta.url),
    startData: null,
    onCrash: () => undefined,
  });
}

function sharedWord(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

function release(word: Int32Array): void {
  Atomics.store(word, 0, 1);
  Atomics.notify(word, 0);
}
