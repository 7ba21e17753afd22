import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { RowhouseError } from '../../core/errors.ts';
import { SubjectError } from '../../core/subject-error.ts';
import type { CountingMethods } from './fixtures/counting-operations.ts';
import { Thread } from './thread.ts';

const script = new URL('./fixtures/counting-thread.ts', import.meta.url);

test('the requests of one event loop turn are sent in one message and run in order; later ones in another', async () => {
  const { thread } = startThread();
  const first = await Promise.all([1, 2, 3].map(() => thread.request('count', undefined)));
  const second = await thread.request('count', undefined);
  await thread.close();

  assert.deepEqual(first, [
    { before: 0, turn: 1 },
    { before: 1, turn: 1 },
    { before: 2, turn: 1 },
  ]);
  assert.deepEqual(second, { before: 3, turn: 2 });
});

test('plain data is transferred unchanged', async () => {
  const { thread } = startThread();
  const data = {
    big: 2n ** 63n,
    bytes: Uint8Array.of(1, 2),
    nothing: null,
    list: [undefined, Infinity],
    text: 'æ',
  };
  assert.deepEqual(await thread.request('echo', data), data);
  await thread.close();
});

test('a failed operation does not affect others, and its error keeps its codes', async () => {
  const { thread, crashes } = startThread();
  const [before, refused, failed, after] = await Promise.allSettled([
    thread.request('count', undefined),
    thread.request('refuse', undefined),
    thread.request('failInSqlite', undefined),
    thread.request('count', undefined),
  ]);
  await thread.close();

  assert.equal(before.status, 'fulfilled');
  assert.deepEqual(after, { status: 'fulfilled', value: { before: 1, turn: 1 } });
  const refusal = reasonOf(refused);
  assert.ok(refusal instanceof RowhouseError);
  assert.equal(refusal.code, 'conflict');
  assert.equal(refusal.message, 'not now');
  assert.deepEqual(refusal.details, [{ field: 'body.a', message: 'is taken' }]);
  assert.equal(refusal.retryAfterSeconds, 7);
  const failure = reasonOf(failed);
  assert.ok(failure instanceof Error && 'errcode' in failure && 'code' in failure);
  // SQLITE_CONSTRAINT_PRIMARYKEY: https://www.sqlite.org/rescode.html#constraint_primarykey
  assert.equal(failure.errcode, 1555);
  assert.equal(failure.code, 'ERR_SQLITE_ERROR');
  assert.match(failure.message, /UNIQUE constraint failed: t\.id/);
  assert.deepEqual(crashes, []);
});

test('an error about a part of the input keeps its subject', async () => {
  const { thread } = startThread();
  const [refused] = await Promise.allSettled([thread.request('refuseInput', undefined)]);
  await thread.close();
  const refusal = reasonOf(refused);
  assert.ok(refusal instanceof SubjectError);
  assert.deepEqual(refusal.faults, [{ subject: ['rows', 3, 'age'], message: 'is taken' }]);
  assert.deepEqual(
    [refusal.code, refusal.summary, refusal.message, refusal.retryAfterSeconds],
    ['constraint_violation', 'No.', 'No.', 7],
  );
});

test('if a thread dies, its requests fail with unavailable, and the next request works', async () => {
  const { thread, crashes } = startThread();
  await thread.request('count', undefined);
  const requested = [thread.request('count', undefined), thread.request('exit', undefined)];
  for (const outcome of await Promise.allSettled(requested)) {
    const reason = reasonOf(outcome);
    assert.ok(reason instanceof RowhouseError, String(reason));
    assert.equal(reason.code, 'unavailable');
  }
  assert.equal(crashes.length, 1);
  assert.deepEqual(await thread.request('count', undefined), { before: 0, turn: 1 });
  await thread.close();
});

test('if a thread dies while it is idle, this is reported, and the next request works', async () => {
  const { thread, crashes, crashed } = startThread();
  await thread.request('throwLater', undefined);
  await crashed;
  assert.deepEqual(
    crashes.map(({ message }) => message),
    ['thrown outside an operation'],
  );
  assert.deepEqual(await thread.request('count', undefined), { before: 0, turn: 1 });
  await thread.close();
});

test('close answers earlier requests, refuses later ones, and can be called again', async () => {
  const { thread, crashes } = startThread();
  const requested = [thread.request('count', undefined), thread.request('count', undefined)];
  const closed = thread.close();
  const late = assert.rejects(thread.request('count', undefined), { code: 'unavailable' });

  assert.deepEqual(await Promise.all(requested), [
    { before: 0, turn: 1 },
    { before: 1, turn: 1 },
  ]);
  await late;
  await Promise.all([closed, thread.close()]);
  assert.deepEqual(crashes, []);
});

test('closing a thread that was never started succeeds', async () => {
  const { thread } = startThread();
  assert.equal(thread.started, false);
  await thread.close();
  await assert.rejects(thread.request('count', undefined), { code: 'unavailable' });
});

test('a script that cannot be loaded fails each request once, without a retry', async () => {
  const missing = pathToFileURL(join(import.meta.dirname, 'fixtures', 'no-such-thread.ts'));
  const { thread, crashes } = startThread(missing);

  await assert.rejects(thread.request('count', undefined), { code: 'unavailable' });
  await assert.rejects(thread.request('count', undefined), { code: 'unavailable' });
  assert.equal(crashes.length, 2);
  await thread.close();
});

test('data that cannot be transferred fails the requests of its turn, and the thread keeps running', async () => {
  const { thread } = startThread();
  await assert.rejects(
    thread.request('echo', () => 'a function'),
    { name: 'DataCloneError' },
  );
  assert.equal(await thread.request('echo', 'text'), 'text');
  await thread.close();
});

function startThread(module = script) {
  const crashes: Error[] = [];
  const { promise: crashed, resolve } = Promise.withResolvers<void>();
  const thread = new Thread<CountingMethods>({
    name: 'counting',
    script: module,
    startData: null,
    onCrash: (error) => {
      crashes.push(error);
      resolve();
    },
  });
  return { thread, crashes, crashed };
}

function reasonOf(outcome: PromiseSettledResult<unknown>): unknown {
  return outcome.status === 'rejected'
    ? outcome.reason
    : `was fulfilled with ${JSON.stringify(outcome.value)}`;
}
