import assert from 'node:assert/strict';
import { STATUS_CODES } from 'node:http';
import { test } from 'node:test';

import { errorRegistry, invalidField, RowhouseError } from './errors.ts';

test('every code is snake_case, has an HTTP error status, and a description', () => {
  for (const [code, { status, meaning }] of Object.entries(errorRegistry)) {
    assert.match(code, /^[a-z]+(?:_[a-z]+)*$/);
    assert.ok(status >= 400 && status in STATUS_CODES, `${code} is ${status}`);
    assert.match(meaning, /\.$/, code);
  }
});

test('an error has its status from the registry, and does not show its cause', () => {
  const error = new RowhouseError('storage_full', 'The disk is full.', { cause: new Error('ENOSPC') });
  assert.equal(error.status, 507);
  assert.equal(error.details, undefined);
  assert.ok(error.cause instanceof Error);
});

test('an invalid field is named in the message and in the details', () => {
  const error = invalidField('body.file_name', 'must not hold a path');
  assert.equal(error.code, 'validation_failed');
  assert.match(error.message, /^body\.file_name must not hold a path/);
  assert.deepEqual(error.details, [{ field: 'body.file_name', message: 'must not hold a path' }]);
});
