import assert from 'node:assert/strict';
import { test } from 'node:test';

import { timestampedId } from '../../core/ids.ts';
import { parseRequestId, requestIdOf, requestIdParts } from './request-id-parts.ts';

test('a request id is converted to two numbers and back without a change', () => {
  for (let count = 0; count < 1_000; count++) {
    const id = timestampedId('req');
    assert.equal(requestIdOf(requestIdParts(id)), id);
    assert.deepEqual(parseRequestId(id), requestIdParts(id));
  }
  const { started, random } = requestIdParts('req_20260602T012345_000007Z_00000000000a');
  assert.deepEqual([started, random], [Date.UTC(2026, 5, 2, 1, 23, 45) * 1_000 + 7, 10]);
});

test('text that is not a request id has no parts', () => {
  for (const text of [
    '',
    'req_20260602T012345_000007Z_00000000000',
    'req_20260602T012345_000007Z_00000000000A',
    'req_20261302T012345_000007Z_00000000000a',
    'req_20260230T012345_000007Z_00000000000a',
    'req_00000000T000000_000000Z_00000000000a',
    'oprun_20260602T012345_000007Z_00000000000a',
    'req_20260602T012345_000007Z_00000000000a\n',
  ]) {
    assert.equal(parseRequestId(text), null, text);
  }
});
