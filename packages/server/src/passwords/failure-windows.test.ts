import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FailureWindows } from './failure-windows.ts';

const START_MS = 1_000_000;

test('failures are counted for ten minutes after the first', (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: START_MS });
  const windows = new FailureWindows(10);
  windows.add('ada');
  context.mock.timers.setTime(START_MS + 599_999);
  windows.add('ada');
  assert.deepEqual(windows.get('ada'), { failures: 2, endsAtMs: START_MS + 600_000 });
  context.mock.timers.setTime(START_MS + 600_000);
  assert.deepEqual(windows.get('ada'), { failures: 0, endsAtMs: START_MS + 1_200_000 });
});

test('a failure is taken back, or all failures of a key', () => {
  const windows = new FailureWindows(10);
  for (const key of ['ada', 'ada', 'mei', 'mei', 'eve']) windows.add(key);
  windows.subtract('ada');
  windows.reset('mei');
  windows.subtract('eve');
  windows.subtract('eve');
  assert.deepEqual(
    ['ada', 'mei', 'eve'].map((key) => windows.get(key).failures),
    [1, 0, 0],
  );
});

test('when too many keys are counted, the oldest count is forgotten', () => {
  const windows = new FailureWindows(3);
  for (const key of ['first', 'second', 'third', 'first', 'fourth']) windows.add(key);
  assert.deepEqual(
    ['first', 'second', 'third', 'fourth'].map((key) => windows.get(key).failures),
    [0, 1, 1, 1],
  );
});
