import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import {
  filtersQuery,
  type ProjectClient,
  type Row,
  startProject,
} from '../../testing/http/project-client.ts';
import { fieldsAtFault } from '../../testing/http/test-server.ts';

let project: ProjectClient;

before(async () => {
  project = await startProject(`
    CREATE TABLE people(
      id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, city TEXT, age INTEGER, score REAL, photo BLOB, extra,
      decade AS (age / 10 * 10));
    INSERT INTO people(id, name, city, age, score, photo, extra) VALUES
      (1, 'Ada', 'Bonn', 36, 1.5, x'00ff', 'seven'),
      (2, 'bob', 'bonn', 18, -2, x'', 7),
      (3, 'Cy', NULL, NULL, NULL, NULL, NULL),
      (4, 'DÉBORAH', '100%', 7, 9e999, x'01', '7'),
      (5, 'é_x', 'Ulm', 70, 0, x'ff', 7.5);
    CREATE TABLE "odd""names"("select" TEXT, "a.b" TEXT, "x'y" TEXT, "; DROP TABLE people" TEXT);
    INSERT INTO "odd""names" VALUES ('s', 'd', 'q', 'i');
    CREATE VIEW adults AS SELECT id, name, age + 0 AS years FROM people WHERE age >= 18;
  `);
});
after(() => project[Symbol.asyncDispose]());

async function idsOf(filters: unknown, table = 'people'): Promise<readonly unknown[]> {
  const { rows } = await project.data('GET', `records/${table}?sort=id&${filtersQuery(filters)}`);
  return rows.map((row: Row) => row['id']);
}

describe('an object of columns and values', () => {
  const cases: readonly (readonly [filters: Row, ids: readonly number[]])[] = [
    [{}, [1, 2, 3, 4, 5]],
    [{ id: 2 }, [2]],
    [{ id: '2' }, [2]],
    [{ ID: 2 }, [2]],
    [{ city: null }, [3]],
    [{ city: 'Bonn' }, [1]],
    [{ name: 'BOB' }, [2]],
    [{ city: 'Bonn', age: 36 }, [1]],
    [{ city: 'Bonn', age: 18 }, []],
    [{ age: true }, []],
    [{ score: 1.5 }, [1]],
    [{ score: 'Infinity' }, [4]],
    [{ score: -2 }, [2]],
    [{ photo: 'AP8=' }, [1]],
    [{ photo: '' }, [2]],
    [{ extra: 7 }, [2]],
    [{ extra: '7' }, [4]],
    [{ extra: 7.5 }, [5]],
    [{ decade: 30 }, [1]],
    [{ decade: null }, [3]],
  ];
  for (const [filters, ids] of cases) {
    test(`${JSON.stringify(filters)} matches ${ids.join(', ') || 'none'}`, async () => {
      assert.deepEqual(await idsOf(filters), ids);
    });
  }
});

describe('a condition', () => {
  const cases: readonly (readonly [
    column: string,
    op: string | undefined,
    value: unknown,
    ids: readonly number[],
  ])[] = [
    ['age', '=', 36, [1]],
    ['age', undefined, 36, [1]],
    ['age', '=', null, [3]],
    ['age', '!=', 36, [2, 4, 5]],
    ['age', '!=', null, [1, 2, 4, 5]],
    ['age', '>', 18, [1, 5]],
    ['age', '>=', 18, [1, 2, 5]],
    ['age', '<', 18, [4]],
    ['age', '<=', 18, [2, 4]],
    ['age', '>', '18', [1, 5]],
    ['name', '<', 'C', [1, 2]],
    ['name', '>=', 'cy', [3, 4, 5]],
    ['city', 'like', 'b%', [1, 2]],
    ['city', 'LIKE', '%00\\%', []],
    ['city', 'like', '%00%', [4]],
    ['name', 'like', '_y', [3]],
    ['name', 'like', '', []],
    ['age', 'like', '3%', [1]],
    ['name', 'in', ['ADA', 'cy', 'nobody'], [1, 3]],
    ['age', 'in', [36, '18'], [1, 2]],
    ['age', 'in', [36, null], [1, 3]],
    ['age', 'in', [null], [3]],
    ['age', 'in', [], []],
    ['photo', 'in', ['', 'AQ=='], [2, 4]],
    ['photo', '>', 'AP8=', [4, 5]],
    ['extra', 'in', [7, '7'], [2, 4]],
    ['extra', '>', 7, [1, 4, 5]],
    ['score', '<', 0, [2]],
    ['score', '>', 1e308, [4]],
    ['city', 'is_null', undefined, [3]],
    ['city', 'not_null', undefined, [1, 2, 4, 5]],
    ['city', 'NOT_NULL', true, [1, 2, 4, 5]],
    ['decade', '>=', 30, [1, 5]],
  ];
  for (const [column, op, value, ids] of cases) {
    test(`${column} ${op} ${JSON.stringify(value)} matches ${ids.join(', ') || 'none'}`, async () => {
      assert.deepEqual(await idsOf([{ column, op, value }]), ids);
    });
  }

  test('is combined with all others by AND', async () => {
    const conditions = [
      { column: 'age', op: '>', value: 10 },
      { column: 'age', op: '<', value: 40 },
      { column: 'city', op: '!=', value: 'Bonn' },
    ];
    assert.deepEqual(await idsOf(conditions), [2]);
    assert.deepEqual(await idsOf([]), [1, 2, 3, 4, 5]);
  });

  test('on a view uses the columns of the view', async () => {
    assert.deepEqual(await idsOf([{ column: 'years', op: '>=', value: 36 }], 'adults'), [1, 5]);
    assert.deepEqual(await idsOf({ name: 'bob' }, 'adults'), [2]);
  });
});

test('a count with filters includes all matching rows, on every page', async () => {
  for (const requested of ['include_count=true', 'count=1', 'count=yes&limit=1', 'count=on&offset=4']) {
    const filters = filtersQuery([{ column: 'age', op: 'not_null' }]);
    const page = await project.data('GET', `records/people?${requested}&${filters}`);
    assert.equal(page.total_count, 4, requested);
  }
  assert.ok(!('total_count' in (await project.data('GET', 'records/people?include_count=no'))));
});

describe('invalid filters', () => {
  const cases: readonly (readonly [filters: unknown, field: string])[] = [
    [5, 'query.filters'],
    ['name', 'query.filters'],
    [null, 'query.filters'],
    [true, 'query.filters'],
    [[5], 'query.filters[0]'],
    [[[]], 'query.filters[0]'],
    [[null], 'query.filters[0]'],
    [[{}], 'query.filters[0].column'],
    [[{ column: 7, value: 1 }], 'query.filters[0].column'],
    [[{ column: 'age' }], 'query.filters[0].value'],
    [[{ column: 'age', op: 'in' }], 'query.filters[0].value'],
    [[{ column: 'age', value: 1, and: 2 }], 'query.filters[0].and'],
    [[{ column: 'age', op: '==', value: 1 }], 'query.filters[0].op'],
    [[{ column: 'age', op: ['='], value: 1 }], 'query.filters[0].op'],
    [[{ column: 'age', op: null, value: 1 }], 'query.filters[0].op'],
    [[{ column: 'age', op: '= 1 OR 1', value: 1 }], 'query.filters[0].op'],
    [[{ column: 'age', op: '>', value: null }], 'query.filters[0].value'],
    [[{ column: 'age', op: 'in', value: '36' }], 'query.filters[0].value'],
    [[{ column: 'name', op: 'like', value: 5 }], 'query.filters[0].value'],
    [
      [
        { column: 'name', value: 'x' },
        { column: 'nmae', value: 'x' },
      ],
      'query.filters[1].column',
    ],
    [{ age: [1] }, 'query.filters.age'],
    [{ age: { '>': 1 } }, 'query.filters.age'],
    [{ rowid: 1 }, 'query.filters.rowid'],
    [{ constructor: 1 }, 'query.filters.constructor'],
    [{ 'age) OR (1=1': 1 }, 'query.filters.age) OR (1=1'],
    [{ 'a\0b': 1 }, 'query.filters.a\0b'],
  ];
  for (const [filters, field] of cases) {
    test(`${JSON.stringify(filters)} names ${JSON.stringify(field)}`, async () => {
      const refused = await project.refuse(
        'validation_failed',
        'GET',
        `records/people?${filtersQuery(filters)}`,
      );
      assert.deepEqual(fieldsAtFault(refused), [field]);
      const where = field.replace('query.filters', 'body.where');
      const deletion = await project.refuse('validation_failed', 'DELETE', 'records/people', {
        where: filters,
      });
      assert.deepEqual(fieldsAtFault(deletion), [where]);
    });
  }

  test('are refused if they are not JSON', async () => {
    for (const text of ['', '{', 'age=1', '{"age":1}}', "{'age':1}", '[1,]', 'NaN']) {
      const path = `records/people?filters=${encodeURIComponent(text)}`;
      assert.deepEqual(fieldsAtFault(await project.refuse('validation_failed', 'GET', path)), [
        'query.filters',
      ]);
    }
  });

  test('are refused if there are too many', async () => {
    const condition = { column: 'age', op: '!=', value: -1 };
    const hundred = Array.from({ length: 100 }, () => condition);
    assert.deepEqual(await idsOf(hundred.slice(0, 20)), [1, 2, 4, 5]);
    const none = [...hundred.slice(1), { column: 'id', value: -1 }];
    assert.equal((await project.data('PATCH', 'records/people', patch(none))).affected_rows, 0);
    const tooMany = await project.refuse(
      'validation_failed',
      'PATCH',
      'records/people',
      patch([...none, condition]),
    );
    assert.deepEqual(fieldsAtFault(tooMany), ['body.where']);
    const numbers = Array.from({ length: 1_001 }, (_, index) => -index - 1);
    const among = (count: number) => [{ column: 'id', op: 'in', value: numbers.slice(0, count) }];
    assert.equal((await project.data('PATCH', 'records/people', patch(among(1_000)))).affected_rows, 0);
    const tooLong = await project.refuse('validation_failed', 'PATCH', 'records/people', patch(among(1_001)));
    assert.deepEqual(fieldsAtFault(tooLong), ['body.where[0].value']);
    const full = Array.from({ length: 20 }, () => among(1_000)).flat();
    assert.equal((await project.data('PATCH', 'records/people', patch(full))).affected_rows, 0);
    const overfull = patch([...full, ...among(1)]);
    await project.refuse('validation_failed', 'PATCH', 'records/people', overfull);
    const pattern = [{ column: 'name', op: 'like', value: 'é'.repeat(25_001) }];
    const tooComplex = await project.refuse('validation_failed', 'PATCH', 'records/people', patch(pattern));
    assert.deepEqual(fieldsAtFault(tooComplex), ['body.where[0].value']);
  });
});

function patch(where: unknown): unknown {
  return { data: { city: 'x' }, where };
}

test('names and values are never treated as SQL', async () => {
  const rowsBefore = project.shell('SELECT count(*), total(age) FROM people; SELECT * FROM "odd""names";');
  for (const text of ["' OR 1=1 --", '" OR 1=1 --', "'; DROP TABLE people; --", '?1', ':a', '`x`']) {
    assert.deepEqual(await idsOf({ city: text }), []);
    assert.deepEqual(await idsOf([{ column: 'city', op: 'in', value: [text] }]), []);
    for (const query of [`sort=${encodeURIComponent(text)}`, `columns=${encodeURIComponent(text)}`]) {
      await project.refuse('validation_failed', 'GET', `records/people?${query}`);
    }
    await project.refuse('validation_failed', 'PATCH', 'records/people', {
      data: { [text]: 1 },
      where: { id: 1 },
    });
    await project.refuse('not_found', 'GET', `records/${encodeURIComponent(text)}`);
  }
  assert.equal(
    project.shell('SELECT count(*), total(age) FROM people; SELECT * FROM "odd""names";'),
    rowsBefore,
  );
});

test('columns with names from SQL are filtered, sorted and returned like any other', async () => {
  const table = `records/${encodeURIComponent('odd"names')}`;
  for (const [column, value] of [
    ['select', 's'],
    ['a.b', 'd'],
    ["x'y", 'q'],
    ['; DROP TABLE people', 'i'],
  ] as const) {
    const name = encodeURIComponent(column);
    const page = await project.data(
      'GET',
      `${table}?columns=${name}&sort=${name}&${filtersQuery({ [column]: value })}`,
    );
    assert.deepEqual(page.rows, [{ [column]: value }]);
    assert.equal((await project.data('GET', `${table}?${filtersQuery({ [column]: 'other' })}`)).returned, 0);
  }
});
