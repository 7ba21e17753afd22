import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { FilterOperator } from '../../engine/project-records.ts';
import { filtersQuery, type ProjectClient, startProject } from '../../testing/http/project-client.ts';
import { type Answer, fieldsAtFault } from '../../testing/http/test-server.ts';

const ROWS = [
  { id: 1, age: 36 },
  { id: 2, age: 1 },
  { id: 3, age: null },
  { id: 4, age: 0 },
];

let project: ProjectClient;

before(async () => {
  project = await startProject('CREATE TABLE people(id INTEGER PRIMARY KEY, age INTEGER, note TEXT) STRICT;');
});
after(() => project[Symbol.asyncDispose]());

/** A request with conditions. */
interface Way {
  /** The field that contains the conditions. */
  readonly field: string;
  readonly send: (conditions: unknown) => Promise<Answer>;
  /** The number of matching rows in a successful answer. */
  readonly matched: (data: Answer['body']['data']) => number;
}

const AFFECTED: Pick<Way, 'field' | 'matched'> = {
  field: 'body.where',
  matched: (data) => data.affected_rows,
};
const AFFECTED_IN_BATCH: Pick<Way, 'field' | 'matched'> = {
  field: 'body.operations[0].body.where',
  matched: (data) => data.results[0].data.affected_rows,
};
const exported: Way['matched'] = (data) => data.export.row_count;

const WAYS: Readonly<Record<string, Way>> = {
  'a list': {
    field: 'query.filters',
    send: (filters) => project.call('GET', `records/people?${filtersQuery(filters)}`),
    matched: (data) => data.returned,
  },
  'a change of many': {
    ...AFFECTED,
    send: (where) => project.call('PATCH', 'records/people', { data: { note: 'seen' }, where }),
  },
  'a deletion of many': {
    ...AFFECTED,
    send: async (where) => {
      await restore();
      return project.call('DELETE', 'records/people', { where });
    },
  },
  'a change in a batch': {
    ...AFFECTED_IN_BATCH,
    send: (where) => inBatch('PATCH', { data: { note: 'seen' }, where }),
  },
  'a deletion in a batch': {
    ...AFFECTED_IN_BATCH,
    send: async (where) => {
      await restore();
      return inBatch('DELETE', { where });
    },
  },
  'an export of a table': {
    field: 'body.filters',
    send: (filters) => project.call('POST', 'export/table/people', { filters }),
    matched: exported,
  },
  'an export of a table, as text': {
    field: 'body.filters',
    send: (filters) => project.call('POST', 'export/table/people', { filters: JSON.stringify(filters) }),
    matched: exported,
  },
  'an export of a database': {
    field: 'body.table_options.people.filters',
    send: (filters) => project.call('POST', 'export/database', { table_options: { people: { filters } } }),
    matched: exported,
  },
};

function inBatch(method: string, body: unknown): Promise<Answer> {
  return project.call('POST', 'batch', { operations: [{ method, path: '/records/people', body }] });
}

async function restore(): Promise<void> {
  const onConflict = { columns: ['id'], action: 'update' };
  await project.data('POST', 'records/people', { rows: ROWS, on_conflict: onConflict });
}

/** A value of each JSON type; `undefined` is omitted. */
const VALUES = {
  missing: undefined,
  null: null,
  true: true,
  false: false,
  zero: 0,
  one: 1,
  'a word': 'no',
  digits: '1',
  'empty text': '',
  'an empty array': [],
  'an array': [1],
  'an array of null': [null],
  'an array of an array': [[1]],
  'an array of an object': [{ a: 1 }],
  'an empty object': {},
  'an object': { a: 1 },
} as const;
type Kind = keyof typeof VALUES;

/** The number of rows that match a condition on `age`; absent for a type of value that the operator refuses. */
type Fits = Readonly<Partial<Record<Kind, number>>>;

const FITS: Readonly<Record<FilterOperator, Fits>> = {
  '=': { null: 1, true: 1, false: 1, zero: 1, one: 1, 'a word': 0, digits: 1, 'empty text': 0 },
  '!=': { null: 3, true: 2, false: 2, zero: 2, one: 2, 'a word': 3, digits: 2, 'empty text': 3 },
  // An INTEGER is neither before nor after a text that is no number.
  '>': { true: 1, false: 2, zero: 2, one: 1, digits: 1 },
  '>=': { true: 2, false: 3, zero: 3, one: 2, digits: 2 },
  '<': { true: 1, false: 0, zero: 0, one: 1, digits: 1 },
  '<=': { true: 2, false: 1, zero: 1, one: 2, digits: 2 },
  like: { 'a word': 0, digits: 1, 'empty text': 0 },
  contains: { 'a word': 0, digits: 1, 'empty text': 3 },
  starts_with: { 'a word': 0, digits: 1, 'empty text': 3 },
  ends_with: { 'a word': 0, digits: 1, 'empty text': 3 },
  in: { 'an empty array': 0, 'an array': 1, 'an array of null': 1 },
  is_null: { missing: 1, null: 1, true: 1 },
  not_null: { missing: 3, null: 3, true: 3 },
};

/** The types, each with its value. */
function kinds(): readonly (readonly [Kind, unknown])[] {
  return Object.entries(VALUES) as (readonly [Kind, unknown])[];
}

/** @param expected the number of rows, or undefined for an error that names `place`. */
function assertMatches(
  { field, matched }: Way,
  answer: Answer,
  expected: { readonly rows: number | undefined; readonly place: string; readonly what: string },
): void {
  const what = `${expected.what}: ${JSON.stringify(answer.body)}`;
  if (expected.rows === undefined) {
    assert.equal(answer.body.error?.code, 'validation_failed', what);
    assert.deepEqual(fieldsAtFault(answer), [field + expected.place], what);
  } else {
    assert.equal(answer.body.error, null, what);
    assert.equal(matched(answer.body.data), expected.rows, what);
  }
}

for (const [name, way] of Object.entries(WAYS)) {
  describe(`in ${name}`, () => {
    before(restore);

    for (const [operator, fits] of Object.entries(FITS)) {
      test(`${operator} accepts only these values: ${Object.keys(fits).join(', ')}`, async () => {
        for (const [kind, value] of kinds()) {
          const answer = await way.send([{ column: 'age', op: operator, value }]);
          // The error names the list item that is wrong.
          const isInList = operator === 'in' && kind.startsWith('an array of');
          const place = isInList ? '[0].value[0]' : '[0].value';
          assertMatches(way, answer, { rows: fits[kind], place, what: `${operator} ${kind}` });
        }
      });
    }

    test('an object of columns and values accepts the same values as =', async () => {
      for (const [kind, value] of kinds()) {
        // A missing column is no condition.
        if (kind === 'missing') continue;
        const answer = await way.send({ age: value });
        assertMatches(way, answer, { rows: FITS['='][kind], place: '.age', what: kind });
      }
    });

    test('an invalid condition is refused', async () => {
      const age = { column: 'age', op: '=', value: 1 };
      for (const [conditions, place] of [
        [[{ ...age, column: 'nothing' }], '[0].column'],
        [[{ ...age, column: null }], '[0].column'],
        [[age, { ...age, column: undefined }], '[1].column'],
        [[{ ...age, op: null }], '[0].op'],
        [[{ ...age, op: 'equals' }], '[0].op'],
        [[{ ...age, escape: '!' }], '[0].escape'],
        [[{ column: 'note', op: 'contains', value: 'a', escape: '!' }], '[0].escape'],
        [[{ column: 'note', op: 'like', value: 'a', escape: '' }], '[0].escape'],
        [[{ column: 'note', op: 'like', value: 'a', escape: '!!' }], '[0].escape'],
        [[{ column: 'note', op: 'like', value: 'a', escape: '\0' }], '[0].escape'],
        [[{ column: 'note', op: 'like', value: 'a', escape: '\ud83d' }], '[0].escape'],
        [[{ column: 'note', op: 'like', value: 'a', escape: 1 }], '[0].escape'],
        [[{ column: 'note', op: 'like', value: 'a\0b' }], '[0].value'],
        [[{ ...age, negate: false }], '[0].negate'],
        [[[age]], '[0]'],
        [age, '.column'],
        [{ nothing: 1 }, '.nothing'],
      ] as const) {
        const what = JSON.stringify(conditions);
        assertMatches(way, await way.send(conditions), { rows: undefined, place, what });
      }
    });

    test('two conditions on the same column are combined', async () => {
      const conditions = [
        { column: 'age', op: 'not_null' },
        { column: 'AGE', op: '>', value: 0 },
        { column: 'age', op: '<', value: 36 },
      ];
      assertMatches(way, await way.send(conditions), { rows: 1, place: '', what: 'both' });
    });
  });
}

test('the error lists the valid values', async () => {
  for (const op of ['is_null', 'not_null']) {
    const where = [{ column: 'age', op, value: false }];
    const { body } = await project.refuse('validation_failed', 'DELETE', 'records/people', { where });
    assert.deepEqual(body.error?.details, [
      { field: 'body.where[0].value', message: `must be omitted, null or true for ${op}` },
    ]);
  }
});

test('in a batch, is_null and not_null accept no reference', async () => {
  const where = [{ column: 'age', op: 'is_null', value: { $ref: '0.row.id' } }];
  const answer = await project.refuse('validation_failed', 'POST', 'batch', {
    operations: [
      { method: 'GET', path: '/records/people/1' },
      { method: 'DELETE', path: '/records/people', body: { where } },
    ],
  });
  assert.deepEqual(fieldsAtFault(answer), ['body.operations[1].body.where[0].value']);
});
