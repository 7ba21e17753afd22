import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { KeyedReadWriteLock } from './keyed-read-write-lock.ts';

interface Visit {
  readonly project: 'a' | 'b';
  readonly kind: 'shared' | 'exclusive';
  /** The number of event loop turns that it holds the lock. */
  readonly turns: number;
  /** The number of event loop turns between the one before and this one. */
  readonly pause: number;
  readonly fails: boolean;
}

const visits = fc.array(
  fc.record<Visit>({
    project: fc.constantFrom('a', 'b'),
    kind: fc.constantFrom('shared', 'exclusive'),
    turns: fc.nat(3),
    pause: fc.nat(2),
    fails: fc.boolean(),
  }),
  { maxLength: 25 },
);

test('in any order of requests, an exclusive lock is held alone, no later request overtakes it, and all locks are granted', async () => {
  await fc.assert(
    fc.asyncProperty(visits, async (plan) => {
      const gates = new KeyedReadWriteLock();
      const inside: Visit[] = [];
      const entered: Visit[] = [];
      const outcomes: Promise<PromiseSettledResult<Visit>[]>[] = [];
      for (const visit of plan) {
        await turns(visit.pause);
        const work = async () => {
          const others = inside.filter(({ project }) => project === visit.project);
          assert.ok(
            visit.kind === 'shared' || others.length === 0,
            'an exclusive lock was granted while another lock was held',
          );
          assert.ok(
            !others.some(({ kind }) => kind === 'exclusive'),
            'a lock was granted while an exclusive lock was held',
          );
          inside.push(visit);
          entered.push(visit);
          await turns(visit.turns);
          inside.splice(inside.indexOf(visit), 1);
          if (visit.fails) throw new Error('failed inside');
          return visit;
        };
        outcomes.push(Promise.allSettled([gates[visit.kind](visit.project, work)]));
      }
      const settled = (await Promise.all(outcomes)).flat();
      for (const [index, visit] of plan.entries()) {
        const outcome = settled[index];
        if (visit.fails)
          assert.match(String(outcome?.status === 'rejected' && outcome.reason), /failed inside/);
        else assert.deepEqual(outcome, { status: 'fulfilled', value: visit });
      }
      for (const project of ['a', 'b']) {
        const ofProject = (visit: Visit) => visit.project === project;
        assert.deepEqual(
          entered.filter(ofProject),
          plan.filter(ofProject),
          'they enter in the order of arrival',
        );
      }
    }),
    { numRuns: 200 },
  );
});

test('locks with different keys do not wait for each other', async () => {
  const gates = new KeyedReadWriteLock();
  const { promise: never, resolve } = Promise.withResolvers<void>();
  const held = gates.exclusive('a', () => never);
  assert.equal(await gates.exclusive('b', async () => 'through'), 'through');
  resolve();
  await held;
});

test('shared locks are held at the same time', async () => {
  const gates = new KeyedReadWriteLock();
  const { promise: both, resolve } = Promise.withResolvers<void>();
  const first = gates.shared('a', () => both);
  const second = gates.shared('a', async () => resolve());
  await Promise.all([first, second]);
});

test('closing refuses new locks, and waits until all earlier ones are released', async () => {
  const gates = new KeyedReadWriteLock();
  const seen: string[] = [];
  const visit = (name: string) => async () => {
    await turns(2);
    seen.push(name);
  };
  const before = [gates.shared('a', visit('first')), gates.exclusive('a', visit('second'))];
  const closed = gates.close();
  await assert.rejects(gates.shared('a', visit('late')), { code: 'unavailable' });
  await closed;
  assert.deepEqual(seen, ['first', 'second']);
  await Promise.all(before);
  await gates.close();
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
