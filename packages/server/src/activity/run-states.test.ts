import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { OperationGrouping } from '../http/access/operation-grouping.ts';
import type { ArchivedRun } from './request-log/logged-call.ts';
import type { RunArchive } from './run-archive.ts';
import { RunStates, type RunStatesOptions } from './run-states.ts';

const WINDOW_MS = 420_000;
const ARCHIVE_LIMIT_MS = 50;
const NOTHING: RunArchive = { chainOf: async () => [], latestOf: async () => [] };

interface Call {
  readonly project?: number | null;
  readonly token?: number | null;
  readonly key?: string;
  readonly run?: string;
}

/** Run states with a clock that the test controls. */
function startStates(options: Partial<RunStatesOptions> = {}) {
  const clock = { ms: 1_800_000_000_000 };
  const states = new RunStates({
    idleMs: WINDOW_MS,
    capacity: 1_000,
    archive: NOTHING,
    archiveLimitMs: ARCHIVE_LIMIT_MS,
    now: () => clock.ms,
    ...options,
  });
  const begin = async ({ project = 1, token = 7, key, run }: Call): Promise<OperationGrouping> => {
    const call = { projectId: project, tokenId: token, operationKey: key ?? null, runId: run ?? null };
    await states.recall(call);
    return states.group(call);
  };
  /** A call that ends when it begins. */
  const make = async (call: Call): Promise<OperationGrouping> => {
    const grouping = await begin(call);
    states.end(grouping);
    return { ...grouping };
  };
  return { states, clock, begin, make };
}

describe('a run id in a request', () => {
  test('is used with the key of the request, or else with the key of its run', async () => {
    const { make } = startStates();
    const accepted = { runId: 'journey-1', status: 'accepted_provided_run' };
    assert.deepEqual(await make({ run: 'journey-1' }), { operationKey: null, ...accepted });
    assert.deepEqual(await make({ run: 'journey-1', key: 'edit' }), { operationKey: 'edit', ...accepted });
    assert.deepEqual(await make({ run: 'journey-1' }), { operationKey: 'edit', ...accepted });
    assert.deepEqual(await make({ run: 'journey-1', key: 'other' }), { operationKey: 'other', ...accepted });
    assert.deepEqual(await make({ run: 'journey-1' }), { operationKey: 'edit', ...accepted });
  });

  test('is still used after exactly 420 seconds, but not a millisecond later', async () => {
    const { make, clock } = startStates();
    await make({ run: 'a', key: 'edit' });
    clock.ms += WINDOW_MS;
    assert.equal((await make({ run: 'a' })).status, 'accepted_provided_run');
    clock.ms += WINDOW_MS + 1;
    const next = await make({ run: 'a' });
    assert.equal(next.status, 'started_new_run_after_idle');
    assert.match(String(next.runId), /^oprun_\d{8}T\d{6}_\d{6}Z_[0-9a-f]{12}$/);
    assert.equal(next.operationKey, 'edit');
  });

  test('is active until the window after the end of its last call, and while a call is in flight', async () => {
    const { make, begin, states, clock } = startStates();
    const long = await begin({ run: 'a' });
    clock.ms += 10 * WINDOW_MS;
    assert.equal((await make({ run: 'a' })).status, 'accepted_provided_run');
    clock.ms += 10 * WINDOW_MS;
    states.end(long);
    clock.ms += WINDOW_MS;
    assert.equal((await make({ run: 'a' })).status, 'accepted_provided_run');
  });

  test('of an idle run selects its successor, in every later call', async () => {
    const { make, clock } = startStates();
    await make({ run: 'a' });
    clock.ms += WINDOW_MS + 1;
    const next = await make({ run: 'a', key: 'edit' });
    const again = await make({ run: 'a' });
    assert.deepEqual(again, next);
    clock.ms += WINDOW_MS;
    assert.deepEqual(await make({ run: 'a' }), next);
    const direct = await make({ run: String(next.runId) });
    assert.deepEqual([direct.runId, direct.status], [next.runId, 'accepted_provided_run']);
  });

  test('selects the last successor, which gets a new successor if it is idle', async () => {
    const { begin, states, clock } = startStates();
    const sent = 'a';
    let before = sent;
    states.end(await begin({ run: sent }));
    for (let link = 0; link < 5; link++) {
      clock.ms += WINDOW_MS + 1;
      const next = await begin({ run: sent });
      assert.equal(next.status, 'started_new_run_after_idle');
      assert.equal(states.end(next)?.continues, before);
      before = String(next.runId);
    }
  });

  test('of an idle run starts exactly one new run for concurrent calls', async () => {
    const { begin, make, clock } = startStates();
    await make({ run: 'a' });
    clock.ms += WINDOW_MS + 1;
    const together = await Promise.all(Array.from({ length: 100 }, (_, token) => begin({ run: 'a', token })));
    assert.equal(new Set(together.map(({ runId }) => runId)).size, 1);
    assert.deepEqual(new Set(together.map(({ status }) => status)), new Set(['started_new_run_after_idle']));
  });

  test('is one run for all tokens of a project, and a different run in each project and outside of projects', async () => {
    const { make, clock } = startStates();
    await make({ run: 'a', key: 'edit', token: 7 });
    assert.equal((await make({ run: 'a', token: 8 })).operationKey, 'edit');
    assert.equal((await make({ run: 'a', token: null })).operationKey, 'edit');
    assert.equal((await make({ run: 'a', project: 2 })).operationKey, null);
    assert.equal((await make({ run: 'a', project: null, token: null })).operationKey, null);
    clock.ms += WINDOW_MS + 1;
    const [one, two] = [await make({ run: 'a' }), await make({ run: 'a', project: 2 })];
    assert.notEqual(one.runId, two.runId);
  });
});

describe('a key without a run id', () => {
  test('starts a run, which the same token continues within its window', async () => {
    const { make, clock } = startStates();
    const first = await make({ key: 'edit' });
    assert.equal(first.status, 'started_new_run');
    assert.match(String(first.runId), /^oprun_/);
    clock.ms += WINDOW_MS;
    assert.deepEqual(await make({ key: 'edit' }), { ...first, status: 'continued_active_run' });
    clock.ms += WINDOW_MS + 1;
    const later = await make({ key: 'edit' });
    assert.equal(later.status, 'started_new_run');
    assert.notEqual(later.runId, first.runId);
  });

  test('starts a different run for another token, for another key, and for the admin credential in each project', async () => {
    const { make } = startStates();
    const calls: readonly Call[] = [
      { key: 'edit' },
      { key: 'Edit' },
      { key: 'edit', token: 8 },
      { key: 'edit', token: null },
      { key: 'edit', token: null, project: 2 },
      { key: 'edit', token: null, project: null },
    ];
    const made = [];
    for (const call of calls) made.push(await make(call));
    assert.equal(new Set(made.map(({ runId }) => runId)).size, calls.length);
    for (const [index, call] of calls.entries()) {
      assert.deepEqual(await make(call), { ...made[index], status: 'continued_active_run' });
    }
  });

  test('continues the run that the token used last with this key, sent with the run id or stored in the run', async () => {
    const { make } = startStates();
    await make({ key: 'edit' });
    await make({ run: 'mine', key: 'edit' });
    assert.equal((await make({ key: 'edit' })).runId, 'mine');
    await make({ run: 'mine', token: 8 });
    assert.equal((await make({ key: 'edit', token: 8 })).runId, 'mine');
  });

  test('starts one run for concurrent calls', async () => {
    const { begin } = startStates();
    const together = await Promise.all(Array.from({ length: 100 }, () => begin({ key: 'edit' })));
    assert.equal(new Set(together.map(({ runId }) => runId)).size, 1);
    assert.equal(together.filter(({ status }) => status === 'started_new_run').length, 1);
  });
});

describe('a run that is not in memory', () => {
  test('is loaded once, for all calls that need it', async () => {
    let requested = 0;
    const archive = {
      ...NOTHING,
      chainOf: async (_projectId: number | null, runId: string) => {
        requested++;
        return [archived(runId)];
      },
    };
    const { begin, clock } = startStates({ archive });
    clock.ms += WINDOW_MS + 1;
    const together = await Promise.all(Array.from({ length: 100 }, () => begin({ run: 'old' })));
    assert.equal(requested, 1);
    assert.equal(new Set(together.map(({ runId }) => runId)).size, 1);
    assert.deepEqual(together[0]?.status, 'started_new_run_after_idle');
    assert.equal(together[0]?.operationKey, 'edit');
  });

  test('is loaded with its successors', async () => {
    const chain = [
      archived('old', { lastActivityMs: 0, continuedBy: 'middle' }),
      archived('middle', { lastActivityMs: 0, continues: 'old', continuedBy: 'tip' }),
      archived('tip', { continues: 'middle' }),
    ];
    const { begin } = startStates({ archive: { ...NOTHING, chainOf: async () => chain } });
    const grouped = await begin({ run: 'old' });
    assert.deepEqual([grouped.runId, grouped.status], ['tip', 'started_new_run_after_idle']);
  });

  test('is looked up for a key without a run id while a run from before the start can be active', async () => {
    let requested = 0;
    const archive = {
      ...NOTHING,
      latestOf: async () => {
        requested++;
        return [archived('before')];
      },
    };
    const { begin, clock } = startStates({ archive });
    assert.deepEqual(
      { ...(await begin({ key: 'edit' })) },
      {
        operationKey: 'edit',
        runId: 'before',
        status: 'continued_active_run',
      },
    );
    clock.ms += WINDOW_MS + 1;
    assert.equal((await begin({ key: 'edit', token: 8 })).status, 'started_new_run');
    assert.equal(requested, 1);
  });

  test('delays no request for long, and fails none', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const unanswered = startStates({ archive: { ...NOTHING, chainOf: () => new Promise(() => undefined) } });
    const made = unanswered.make({ run: 'a' });
    context.mock.timers.tick(ARCHIVE_LIMIT_MS);
    assert.equal((await made).status, 'accepted_provided_run');
    const failing = startStates({
      archive: { ...NOTHING, chainOf: () => Promise.reject(new Error('locked')) },
    });
    assert.equal((await failing.make({ run: 'a' })).status, 'accepted_provided_run');
  });

  test('is loaded again from the archive after it was evicted, which requires that no call is in flight', async () => {
    const requested: string[] = [];
    const archive = {
      ...NOTHING,
      chainOf: async (_projectId: number | null, runId: string) => {
        requested.push(runId);
        return [];
      },
    };
    const { begin, make, clock } = startStates({ archive, capacity: 20 });
    await begin({ run: 'in-flight' });
    for (let index = 0; index < 100; index++) {
      clock.ms += 1_000;
      await make({ run: `run-${index}`, key: `key-${index}` });
    }
    requested.length = 0;
    await make({ run: 'in-flight' });
    await make({ run: 'run-99' });
    assert.deepEqual(requested, []);
    await make({ run: 'run-0' });
    assert.deepEqual(requested, ['run-0']);
  });

  test('is not loaded if its project was deleted', async () => {
    const { begin, make, states } = startStates();
    const left = await begin({ run: 'a', key: 'edit' });
    await make({ run: 'a', key: 'edit', project: 11 });
    states.forgetProject(1);
    assert.equal(states.end(left), null);
    assert.equal((await make({ run: 'a' })).operationKey, null);
    assert.equal((await make({ run: 'a', project: 11 })).operationKey, 'edit');
  });
});

function archived(runId: string, more: Partial<ArchivedRun> = {}): ArchivedRun {
  return {
    runId,
    operationKey: 'edit',
    continues: null,
    continuedBy: null,
    lastActivityMs: 1_800_000_000_000,
    ...more,
  };
}
