import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LoginTurns } from './login-turns.ts';

const NO_DELAYS = { ofName: 0, ofAddress: 0 };

/** Starts checks that run until the test ends them, and records the order in which they begin. */
function stage() {
  const turns = new LoginTurns();
  const begun: string[] = [];
  const start = (
    network: string,
    name: string,
    { delays = NO_DELAYS, signal = new AbortController().signal } = {},
  ) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = turns.use({ network, delays, signal }, async () => {
      begun.push(name);
      await promise;
    });
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

test('eight logins of a network wait; the next is refused, and other networks take turns with it', async () => {
  const { turns, begun, start } = stage();
  const names = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9'];
  const running = new Map(names.map((name) => [name, start('a', name)]));
  await assert.rejects(start('a', 'a10').done, { code: 'rate_limited', retryAfterSeconds: 5 });
  assert.deepEqual(turns.depth, { running: 1, waiting: 8 });
  running.set('b1', start('b', 'b1'));
  for (let index = 0; index < 3; index += 1) {
    await running.get(begun[index] ?? '')?.end();
    await settled();
  }
  assert.deepEqual(begun, ['a1', 'a2', 'b1', 'a3']);
});

test('when 512 logins wait, the network with the most loses one to a newcomer, until all have equally many', async () => {
  const { start } = stage();
  start('first', 'running');
  const crowds = Array.from({ length: 64 }, (_, network) =>
    Array.from({ length: 8 }, (__, number) => start(`crowd-${network}`, `crowd-${network}-${number}`)),
  );
  const refused = assert.rejects(crowds[0]?.[7]?.done ?? Promise.resolve(), { code: 'rate_limited' });
  const newcomer = start('newcomer', 'newcomer');
  await refused;
  assert.equal(await Promise.race([newcomer.done, settled().then(() => 'waits')]), 'waits');
});

test('delays of a network come one after the other, and those of a name at the same time', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { begun, start } = stage();
  const delayed = (network: string, name: string, delays: Partial<typeof NO_DELAYS>) =>
    start(network, name, { delays: { ...NO_DELAYS, ...delays } });
  const all = [
    delayed('a', 'a1', { ofAddress: 1_000 }),
    delayed('a', 'a2', { ofAddress: 1_000 }),
    delayed('b', 'b1', { ofName: 2_000 }),
    delayed('b', 'b2', { ofName: 2_000 }),
    delayed('c', 'c1', {}),
  ];
  const passed = async (milliseconds: number) => {
    context.mock.timers.tick(milliseconds);
    for (let turn = 0; turn < 5; turn += 1) await settled();
    return [...begun];
  };
  for (const each of all) void each.end();
  assert.deepEqual(await passed(999), ['c1']);
  assert.deepEqual(await passed(1), ['c1', 'a1']);
  assert.deepEqual((await passed(1_000)).toSorted(), ['a1', 'a2', 'b1', 'b2', 'c1']);
  await Promise.all(all.map((each) => each.done));
});

test('a login whose client has disconnected is dropped, during its delay and in the queue', async () => {
  const { begun, start } = stage();
  const first = start('a', 'a1');
  const gone = new AbortController();
  const delays = { ofName: 60_000, ofAddress: 60_000 };
  const dropped = [
    start('a', 'queued', { signal: gone.signal }),
    start('b', 'of a name', { signal: gone.signal, delays: { ...delays, ofAddress: 0 } }),
    start('c', 'of an address', { signal: gone.signal, delays: { ...delays, ofName: 0 } }),
  ];
  gone.abort();
  for (const { done } of dropped) await assert.rejects(done, { name: 'AbortError' });
  const next = start('a', 'a2');
  await first.end();
  await settled();
  assert.deepEqual(begun, ['a1', 'a2']);
  await next.end();
});

test('close rejects logins that are delayed or wait, and refuses new ones', async () => {
  const { turns, start } = stage();
  const first = start('a', 'a1');
  const waiting = [
    start('a', 'a2'),
    start('b', 'b1', { delays: { ofName: 60_000, ofAddress: 0 } }),
    start('c', 'c1', { delays: { ofName: 0, ofAddress: 60_000 } }),
  ];
  turns.close();
  for (const { done } of waiting) await assert.rejects(done, { code: 'unavailable' });
  await assert.rejects(start('d', 'd1').done, { code: 'unavailable' });
  await first.end();
});
