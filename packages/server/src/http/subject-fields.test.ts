import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RowhouseError } from '../core/errors.ts';
import { invalidInput, type Subject, SubjectError } from '../core/subject-error.ts';
import { fieldAt, fieldsOf, inFields, withFields } from './subject-fields.ts';

const cases: readonly (readonly [Subject, string])[] = [
  [[], 'body'],
  [['rows', 3, 'age'], 'body.rows[3].age'],
  [['columns', 1, 'defaultValue'], 'body.columns[1].default_value'],
  [['constructor'], 'body.constructor'],
  [['a.b', 'c[0]'], 'body.a.b.c[0]'],
  [['5'], 'body.5'],
];
for (const [path, field] of cases) {
  test(`the field of ${JSON.stringify(path)} is ${field}`, () => {
    assert.equal(fieldAt('body', path, { defaultValue: 'default_value' }), field);
  });
}

const fieldOf = fieldsOf({
  key: () => 'path.id',
  patch: (path) => fieldAt('body.data', path),
  filters: (path) => fieldAt('query.filters', path),
});

test('a field is found by the part of the input with which the subject begins', () => {
  assert.equal(fieldOf(['key']), 'path.id');
  assert.equal(fieldOf(['patch', 'key']), 'body.data.key');
  assert.equal(fieldOf(['filters', 0, 'value']), 'query.filters[0].value');
  for (const subject of [[], ['constructor'], ['sort']]) assert.throws(() => fieldOf(subject), /no field/);
});

test('an error without a summary gets one that names the fields, and one with a summary keeps it', () => {
  const faults = [
    { subject: ['patch', 'a'], message: 'must be a number' },
    { subject: ['patch', 'b'], message: 'is not known' },
  ];
  const details = [
    { field: 'body.data.a', message: 'must be a number' },
    { field: 'body.data.b', message: 'is not known' },
  ];
  const plain = inFields(new SubjectError('validation_failed', faults), fieldOf);
  assert.deepEqual(plain.details, details);
  assert.equal(plain.message, 'body.data.a must be a number; body.data.b is not known.');
  const summary = 'A constraint failed.';
  const options = { summary, retryAfterSeconds: 2 };
  const summed = inFields(new SubjectError('constraint_violation', faults, options), fieldOf);
  assert.deepEqual(summed.details, details);
  assert.deepEqual(
    [summed.code, summed.message, summed.retryAfterSeconds],
    ['constraint_violation', summary, 2],
  );
});

function missing(subject: Subject): RowhouseError {
  const faults = [{ subject, message: 'is not a column' }];
  return inFields(new SubjectError('not_found', faults, { summary: 'There is no such column.' }), fieldOf);
}

test('an unknown thing is 404 if the path names it, and otherwise a fault of the body or the query', () => {
  const inPath = missing(['key']);
  assert.deepEqual([inPath.status, inPath.message], [404, 'There is no such column.']);
  assert.equal(inPath.details, undefined);
  for (const [subject, field] of [
    [['patch', 'x'], 'body.data.x'],
    [['filters', 1, 'column'], 'query.filters[1].column'],
  ] as const) {
    const error = missing(subject);
    assert.deepEqual([error.status, error.message], [400, `${field} is not a column.`]);
    assert.deepEqual(error.details, [{ field, message: 'is not a column' }]);
  }
});

test('the result of a successful operation, and any other error, is unchanged', async () => {
  assert.equal(await withFields(Promise.resolve(7), fieldOf), 7);
  const other = new RowhouseError('conflict', 'not now');
  await assert.rejects(withFields(Promise.reject(other), fieldOf), (error) => error === other);
  await assert.rejects(withFields(Promise.reject(invalidInput(['key'], 'is odd')), fieldOf), {
    message: 'path.id is odd.',
  });
});
