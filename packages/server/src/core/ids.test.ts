import assert from 'node:assert/strict';
import { test } from 'node:test';

import { exportId, timestamp, timestampedId } from './ids.ts';

test('a request id has the documented form, with the current second in UTC', () => {
  const before = Date.now();
  const id = timestampedId('req');
  const after = Date.now();

  const parts = /^req_(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})_(\d{3})(\d{3})Z_[0-9a-f]{12}$/.exec(id);
  assert.ok(parts, id);
  const [, year, month, day, hour, minute, second, milliseconds] = parts;
  const told = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`);
  // The id has the clock's time without its milliseconds, and the two clocks may differ by two milliseconds.
  assert.ok(told >= before - 2 && told <= after + 4, `${id} was made between ${before} and ${after}`);
});

test('an operation run id has the same form', () => {
  assert.match(timestampedId('oprun'), /^oprun_\d{8}T\d{6}_\d{6}Z_[0-9a-f]{12}$/);
});

test('ten thousand ids are all different, and sort by creation time', () => {
  const ids = Array.from({ length: 10_000 }, () => timestampedId('req'));
  assert.equal(new Set(ids).size, ids.length);
  const times = ids.map((id) => id.slice(0, 'req_20260602T012345_123456Z'.length));
  assert.deepEqual(times, times.toSorted());
});

test('an export id has the documented form', () => {
  assert.match(exportId(), /^exp_\d{8}_\d{6}_[0-9a-f]{10}$/);
  assert.notEqual(exportId(), exportId());
});

test('a timestamp is UTC to the second', () => {
  assert.equal(timestamp(new Date('2026-06-02T01:23:45.999+02:00')), '2026-06-01T23:23:45Z');
  assert.equal(timestamp(new Date(0)), '1970-01-01T00:00:00Z');
});
