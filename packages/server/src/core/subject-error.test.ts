import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RowhouseError } from './errors.ts';
import { invalidInput, naming, SubjectError, within } from './subject-error.ts';

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}

test('each caller prepends its part of the input to the subject of an error', () => {
  const error = thrownBy(() => within(['rows', 3], () => within(['age'], () => refuse())));
  assert.ok(error instanceof SubjectError);
  assert.deepEqual(error.faults, [{ subject: ['rows', 3, 'age'], message: 'must be a number' }]);
  assert.equal(error.code, 'validation_failed');
  assert.equal(error.message, 'rows.3.age must be a number.');
});

function refuse(): never {
  throw invalidInput([], 'must be a number');
}

test('every fault of an error is placed, and its code, summary and cause are unchanged', () => {
  const cause = new Error('the cause');
  const faults = [
    { subject: ['a'], message: 'must be unique' },
    { subject: ['b'], message: 'must be unique' },
  ];
  const thrown = new SubjectError('constraint_violation', faults, {
    summary: 'UNIQUE constraint failed.',
    cause,
    retryAfterSeconds: 3,
  });
  for (const place of [within, naming]) {
    const error = thrownBy(() =>
      place(['row'], () => {
        throw thrown;
      }),
    );
    assert.ok(error instanceof SubjectError);
    assert.deepEqual(
      error.faults.map(({ subject }) => subject),
      [
        ['row', 'a'],
        ['row', 'b'],
      ],
    );
    assert.equal(error.message, 'UNIQUE constraint failed.');
    assert.deepEqual([error.code, error.cause, error.retryAfterSeconds], ['constraint_violation', cause, 3]);
  }
});

test('for an error without a subject, `naming` names the whole part and `within` changes nothing', () => {
  const thrown = new RowhouseError('not_found', 'There is no such record.');
  const fail = () => {
    throw thrown;
  };
  const named = thrownBy(() => naming(['operations', 2], fail));
  assert.ok(named instanceof SubjectError);
  assert.deepEqual(named.faults, [{ subject: ['operations', 2], message: thrown.message }]);
  assert.deepEqual([named.code, named.message], [thrown.code, thrown.message]);
  assert.equal(
    thrownBy(() => within(['operations', 2], fail)),
    thrown,
  );
});

test('an error that is not in the registry stays a fault of the service, whatever its subject', () => {
  const fault = new TypeError('x is undefined');
  for (const place of [within, naming]) {
    const thrown = thrownBy(() =>
      place(['row'], () => {
        throw fault;
      }),
    );
    assert.equal(thrown, fault);
  }
});
