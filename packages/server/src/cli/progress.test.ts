import assert from 'node:assert/strict';
import { test } from 'node:test';

import { progressLine } from './progress.ts';

test('a progress line has the percentage, the bytes and the total', () => {
  const cases: readonly (readonly [done: number, total: number, line: string])[] = [
    [0, 2_000_000, 'a.db  [------------------------]  0 %  0.0 of 2.0 MB'],
    [500_000, 1_000_000, 'a.db  [############------------]  50 %  0.5 of 1.0 MB'],
    [999_999, 1_000_000, 'a.db  [########################]  99 %  1.0 of 1.0 MB'],
    [1_000_000, 1_000_000, 'a.db  [########################]  100 %  1.0 of 1.0 MB'],
    [2_000_000, 1_000_000, 'a.db  [########################]  100 %  2.0 of 1.0 MB'],
    [0, 0, 'a.db  [########################]  100 %  0.0 of 0.0 MB'],
  ];
  for (const [done, total, line] of cases) assert.equal(progressLine('a.db', done, total), line);
});
