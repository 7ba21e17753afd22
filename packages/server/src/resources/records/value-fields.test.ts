import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { toQuery } from '../query/query-fields.ts';
import { filtersOf } from './filter-fields.ts';
import { createRequestOf, patchOf } from './record-body-fields.ts';

const nested = [[], {}, [[[]]], [1], { a: 1 }, { $ref: 1 }, { $ref: '0.row.id', more: 1 }] as const;

function assertRefused(read: () => unknown, field: string): void {
  assert.throws(read, { code: 'validation_failed', details: [{ field, message: MESSAGE }] });
}

const MESSAGE = 'must be a string, a number, true, false or null';

describe('a value that is an array or an object is refused before it reaches a thread', () => {
  test('in a row', () => {
    for (const a of nested) {
      assertRefused(() => createRequestOf({ id: 1, a }, 'plain'), 'body.a');
      assertRefused(() => createRequestOf({ data: { id: 1, a } }, 'plain'), 'body.data.a');
      assertRefused(
        () => createRequestOf({ rows: [{ a: 1 }, { a: 1n, b: null }, { a }] }, 'plain'),
        'body.rows[2].a',
      );
      assertRefused(() => patchOf({ a }, 'plain'), 'body.a');
      assertRefused(() => patchOf({ data: { a } }, 'plain'), 'body.data.a');
    }
  });

  test('in a filter', () => {
    for (const value of nested) {
      assertRefused(() => filtersOf({ a: value }, 'body.where', 'plain'), 'body.where.a');
      assertRefused(
        () => filtersOf([{ column: 'a', op: '<', value }], 'body.where', 'plain'),
        'body.where[0].value',
      );
      const list = [{ column: 'a', op: 'in', value: [1, value] }];
      assertRefused(() => filtersOf(list, 'body.where', 'plain'), 'body.where[0].value[1]');
    }
  });

  test('in the parameters of a query', () => {
    for (const value of [...nested, { $ref: '0.row.id' }]) {
      assertRefused(() => parametersOf([1, value]), 'body.params[1]');
      assertRefused(() => parametersOf({ a: 1, b: value }), 'body.params.b');
    }
  });
});

test('a reference in a batch is accepted in place of a value', () => {
  const reference = { $ref: '0.row.id' };
  assert.equal(createRequestOf({ a: reference }, 'plain').kind, 'one');
  assert.deepEqual(patchOf({ a: reference }, 'plain').patch, { a: reference });
  assert.equal(
    filtersOf([{ column: 'a', op: 'in', value: [1, reference] }], 'body.where', 'plain').filters.length,
    1,
  );
});

test('a query has as many parameters as a SQLite statement allows, and no more', () => {
  const zeros = Array.from({ length: 32_767 }, () => 0);
  assert.deepEqual(parametersOf(zeros.slice(1)), zeros.slice(1));
  assert.throws(() => parametersOf(zeros), { message: /body\.params must be at most 32766/ });
});

function parametersOf(params: unknown): unknown {
  return toQuery({ sql: 'SELECT ?', params }, { kind: 'admin' }, 'plain').parameters;
}
