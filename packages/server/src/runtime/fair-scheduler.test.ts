import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FairScheduler } from './fair-scheduler.ts';

/** Starts operations that run until the test ends them, and records the order in which they begin. */
function stage(limits: Partial<ConstructorParameters<typeof FairScheduler>[0]> = {}) {
  const turns = new FairScheduler({
    perQueue: 2,
    shared: 3,
    total: 4,
    waitingPerQueue: 3,
    waiting: 5,
    queueFullMessage: 'The queue is full.',
    ...limits,
  });
  const begun: string[] = [];
  const start = (project: string, name: string, signal?: AbortSignal) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const operation = async () => {
      begun.push(name);
      await promise;
    };
    const done = turns.use(project, operation, signal === undefined ? {} : { signal });
    const end = async () => {
      resolve();
      await done;
    };
    return { done, end };
  };
  return { turns, begun, start };
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('a project has two running operations, its others wait, and another project starts at once', async () => {
  const { begun, start } = stage();
  const [first] = ['a1', 'a2', 'a3'].map((name) => start('a', name));
  start('b', 'b1');
  assert.deepEqual(begun, ['a1', 'a2', 'b1']);
  await first?.end();
  await settled();
  assert.deepEqual(begun, ['a1', 'a2', 'b1', 'a3']);
});

test('the last place is reserved for a project without a running operation', async () => {
  const { begun, start } = stage();
  for (const name of ['a1', 'a2']) start('a', name);
  for (const name of ['b1', 'b2']) start('b', name);
  assert.deepEqual(begun, ['a1', 'a2', 'b1']);
  start('c', 'c1');
  assert.deepEqual(begun, ['a1', 'a2', 'b1', 'c1']);
});

test('waiting projects take turns, however many operations each has', async () => {
  const { begun, start } = stage({ perQueue: 1, shared: 1, total: 1 });
  const names = ['a1', 'a2', 'a3', 'b1', 'c1'];
  const running = new Map(names.map((name) => [name, start(name.slice(0, 1), name)]));
  for (let index = 0; index < names.length; index += 1) {
    await running.get(begun[index] ?? '')?.end();
    await settled();
  }
  assert.deepEqual(begun, ['a1', 'a2', 'b1', 'c1', 'a3']);
});

test('too many operations of one project are refused, and so are too many of all', async () => {
  const { start } = stage({ perQueue: 1, shared: 1, total: 1 });
  start('a', 'running');
  for (const name of ['a1', 'a2', 'a3']) start('a', name);
  await assert.rejects(start('a', 'a4').done, { code: 'rate_limited' });
  for (const name of ['b1', 'b2']) start('b', name);
  await assert.rejects(start('b', 'b3').done, { code: 'unavailable' });
});

test('when too many wait in all, the longest queue loses its last operation to one that stays shorter', async () => {
  const { begun, start } = stage({ perQueue: 1, shared: 1, total: 1 });
  const names = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2'];
  const running = new Map(names.map((name) => [name, start(name.slice(0, 1), name)]));
  running.set('c1', start('c', 'c1'));
  await assert.rejects(running.get('a4')?.done ?? Promise.resolve(), { code: 'rate_limited' });
  await assert.rejects(start('c', 'c2').done, { code: 'unavailable' });
  for (let index = 0; index < 6; index += 1) {
    await running.get(begun[index] ?? '')?.end();
    await settled();
  }
  assert.deepEqual(begun, ['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
});

test('an operation that is aborted while it waits leaves its place to the next', async () => {
  const { begun, start } = stage({ perQueue: 1 });
  const first = start('a', 'a1');
  const controller = new AbortController();
  const second = start('a', 'a2', controller.signal);
  start('a', 'a3');
  controller.abort();
  await assert.rejects(second.done, { name: 'AbortError' });
  await first.end();
  await settled();
  assert.deepEqual(begun, ['a1', 'a3']);
  await assert.rejects(start('b', 'b1', controller.signal).done, { name: 'AbortError' });
});

test('after a failed operation, the next one runs', async () => {
  const { turns, begun, start } = stage({ perQueue: 1 });
  await assert.rejects(
    turns.use('a', () => Promise.reject(new Error('broken'))),
    /broken/,
  );
  start('a', 'next');
  assert.deepEqual(begun, ['next']);
});

test('a turn includes its recovery, although its result is available before', async () => {
  const { turns, begun, start } = stage({ perQueue: 1 });
  const recovery = Promise.withResolvers<void>();
  const result = await turns.use('a', () => Promise.resolve('done'), {
    recovery: () => recovery.promise,
  });
  assert.equal(result, 'done');
  start('a', 'next');
  assert.deepEqual(begun, []);
  recovery.resolve();
  await settled();
  assert.deepEqual(begun, ['next']);
});

test('closing rejects waiting operations, and refuses new ones', async () => {
  const { turns, start } = stage({ perQueue: 1 });
  const first = start('a', 'a1');
  const waiting = start('a', 'a2').done;
  turns.close();
  await assert.rejects(waiting, { code: 'unavailable' });
  await assert.rejects(start('b', 'b1').done, { code: 'unavailable' });
  await first.end();
});
