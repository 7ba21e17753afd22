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
    ['extra', '>', 7, [5]],
    ['extra', '>=', '7', [1, 4]],
    ['extra', '<', 'a', [4]],
    ['age', '<', 'no', []],
    ['score', '<', '', []],
    ['age', '!=', 'no', [1, 2, 4, 5]],
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

describe('text operators', () => {
  before(() => {
    project.shell(`
      CREATE TABLE notes(id INTEGER PRIMARY KEY, t TEXT, a);
      INSERT INTO notes VALUES (1, 'tmp_1', 7), (2, 'TMP_2', 'x'), (3, 'tmpx3', x'746d705f'), (4, '50%', 1.5),
        (5, 'a' || char(0) || 'tmp_', NULL), (6, NULL, NULL), (7, 'É!', 'é'), (8, '', '');
      INSERT INTO notes VALUES (9, printf('%.*c', 200000, 'a') || 'tmp_' || printf('%.*c', 200000, 'b'), 0);`);
  });

  const cases: readonly (readonly [condition: Row, ids: readonly number[]])[] = [
    [{ op: 'like', value: 'tmp!_%', escape: '!' }, [1, 2]],
    [{ op: 'like', value: 'tmp%_%', escape: '%' }, []],
    [{ op: 'like', value: 'tmp%_1', escape: '%' }, [1]],
    [{ op: 'like', value: 'tmp__%', escape: '_' }, [1, 2]],
    [{ op: 'like', value: '50😀%', escape: '😀' }, [4]],
    [{ op: 'like', value: '%😀%', escape: '😀' }, [4]],
    [{ op: 'LIKE', value: 'tmp_1', escape: null }, [1]],
    [{ op: 'contains', value: 'tmp_' }, [1, 2, 5, 9]],
    [{ op: 'CONTAINS', value: 'MP_' }, [1, 2, 5, 9]],
    [{ op: 'contains', value: '%' }, [4]],
    [{ op: 'contains', value: 'é' }, []],
    [{ op: 'contains', value: '\0' }, [5]],
    [{ op: 'contains', value: '\0tmp' }, [5]],
    [{ op: 'contains', value: '' }, [1, 2, 3, 4, 5, 7, 8, 9]],
    [{ op: 'contains', value: `${'a'.repeat(25_000)}TMP_${'b'.repeat(24_996)}` }, [9]],
    [{ op: 'starts_with', value: 'tmp_' }, [1, 2]],
    [{ op: 'starts_with', value: 'a\0T' }, [5]],
    [{ op: 'starts_with', value: 'a\0x' }, []],
    [{ op: 'starts_with', value: 'a'.repeat(50_000) }, [9]],
    [{ op: 'starts_with', value: '' }, [1, 2, 3, 4, 5, 7, 8, 9]],
    [{ op: 'ends_with', value: 'MP_' }, [5]],
    [{ op: 'ends_with', value: '\0tmp_' }, [5]],
    [{ op: 'ends_with', value: 'É!' }, [7]],
    [{ op: 'ends_with', value: '0%' }, [4]],
    [{ op: 'ends_with', value: 'b'.repeat(50_000) }, [9]],
    [{ op: 'ends_with', value: '' }, [1, 2, 3, 4, 5, 7, 8, 9]],
    [{ column: 'a', op: 'contains', value: '7' }, [1]],
    [{ column: 'a', op: 'starts_with', value: '1.' }, [4]],
    [{ column: 'a', op: 'ends_with', value: 'mp_' }, [3]],
  ];
  for (const [condition, ids] of cases) {
    test(`${JSON.stringify(condition).slice(0, 60)} matches ${ids.join(', ') || 'none'}`, async () => {
      const conditions = [{ column: 't', ...condition }];
      const columns = 'columns=id&sort=id';
      if (JSON.stringify(condition).length < 1_000) {
        const { rows } = await project.data('GET', `records/notes?${columns}&${filtersQuery(conditions)}`);
        assert.deepEqual(
          rows.map((row: Row) => row['id']),
          ids,
        );
      }
      const operations = [
        { method: 'PATCH', path: '/records/notes', body: { data: { a: 'seen' }, where: conditions } },
        { method: 'DELETE', path: '/records/notes', body: { where: { id: -1 } } },
        // Undoes the change.
        { method: 'POST', path: '/records/notes', body: { id: 1, t: 'x' } },
      ];
      const failed = await project.refuse('constraint_violation', 'POST', 'batch', { operations });
      assert.deepEqual(fieldsAtFault(failed), ['body.operations[2].body.id']);
      const { export: made } = await project.data('POST', 'export/table/notes', { filters: conditions });
      assert.equal(made.row_count, ids.length);
    });
  }

  test('refuse a text that is too long, and one that is not Unicode', async () => {
    for (const op of ['like', 'contains', 'starts_with', 'ends_with']) {
      for (const value of ['é'.repeat(25_001), '\ud83d']) {
        const where = [{ column: 't', op, value }];
        const answer = await project.refuse('validation_failed', 'DELETE', 'records/notes', { where });
        assert.deepEqual(fieldsAtFault(answer), ['body.where[0].value']);
      }
    }
  });

  test('work in a database that is stored in UTF-16', async () => {
    await using utf16 = await startProject(`
      PRAGMA encoding = 'UTF-16le';
      CREATE TABLE notes(id INTEGER PRIMARY KEY, t TEXT);
      INSERT INTO notes VALUES (1, 'Tmp_é'), (2, 'x'), (3, 'a' || char(0) || '😀b');`);
    for (const [op, value, id] of [
      ['contains', 'MP_', 1],
      ['starts_with', 'tMp', 1],
      ['ends_with', '_é', 1],
      ['ends_with', '\0😀B', 3],
      ['starts_with', 'A\0😀', 3],
      ['like', 'tmp_é', 1],
    ] as const) {
      const { rows } = await utf16.data('GET', `records/notes?${filtersQuery([{ column: 't', op, value }])}`);
      assert.deepEqual(
        rows.map((row: Row) => row['id']),
        [id],
        `${op} ${value}`,
      );
    }
  });
});

describe('what an answer shows finds its row again', () => {
  before(() => {
    project.shell(`
      CREATE TABLE digits(id INTEGER PRIMARY KEY, i INT, n NUMERIC, x, b BLOB);
      INSERT INTO digits VALUES (1, 9007199254740993, 9007199254740993, 9007199254740993, 9007199254740993),
        (2, 9223372036854775807, 9e999, '9223372036854775807', '9223372036854775807'),
        (3, -9223372036854775808, -9007199254740993, -9e999, 'a text'), (4, 7, 7, 'Infinity', 7);
      CREATE TABLE typed(id INTEGER PRIMARY KEY, i INTEGER, x ANY) STRICT;
      INSERT INTO typed VALUES (1, 9007199254740993, 9007199254740993), (2, 7, 'text');
      CREATE VIEW plain_digits AS SELECT * FROM digits;
      CREATE VIEW sums AS SELECT id, i + 0 AS i, abs(i / 2) AS half, max(n, -9e999) AS n, +x AS x, coalesce(b, b) AS b FROM digits;
      CREATE VIEW typed_view AS SELECT * FROM typed;
      CREATE TABLE by_digits(id PRIMARY KEY, v);
      INSERT INTO by_digits VALUES (9007199254740993, 1), ('9007199254740995', 2), (7, 3), ('8', 4), (9e999, 5), ('a', 6);
      CREATE TABLE by_bytes(id BLOB PRIMARY KEY, v);
      INSERT INTO by_bytes VALUES (x'00', 1), ('a text', 2), (9007199254740993, 3), (7, 4), ('AA==', 5);
      CREATE VIEW typed_keys AS SELECT x AS id, i FROM typed;
      CREATE VIEW sum_keys AS SELECT i + 0 AS id FROM digits;
      CREATE VIEW mixed_keys AS SELECT i AS id FROM digits UNION ALL SELECT t FROM notes WHERE id = 1;
      CREATE VIEW both AS SELECT id, i, x FROM digits UNION ALL SELECT id + 10, i, x FROM typed;`);
  });

  for (const table of ['by_digits', 'by_bytes', 'digits', 'typed_keys', 'sum_keys', 'mixed_keys']) {
    test(`as a key of ${table}`, async () => {
      const { rows } = await project.data('GET', `records/${table}`);
      const keys = (rows as readonly Row[]).map(({ id }) => encodeURIComponent(String(id)));
      for (const [index, key] of keys.entries()) {
        const { row } = await project.data('GET', `records/${table}/${key}`);
        // Of two rows whose keys look alike, the path finds the first.
        assert.deepEqual(row, rows[keys.indexOf(key)], `${key} at ${index}`);
      }
    });
  }

  for (const table of ['digits', 'typed', 'plain_digits', 'sums', 'typed_view', 'both']) {
    test(`in ${table}`, async () => {
      const { rows } = await project.data('GET', `records/${table}`);
      assert.ok(rows.length > 0);
      for (const row of rows as readonly Row[]) {
        for (const [column, value] of Object.entries(row)) {
          for (const filters of [
            { [column]: value },
            [{ column, op: 'in', value: [value] }],
            [{ column, op: '>=', value }],
            [{ column, op: '<=', value }],
          ]) {
            const found = await project.data('GET', `records/${table}?${filtersQuery(filters)}`);
            const ids = found.rows.map((each: Row) => each['id']);
            assert.ok(ids.includes(row['id']), `${JSON.stringify(filters)} finds ${ids.join(', ')}`);
          }
          const others = await project.data(
            'GET',
            `records/${table}?${filtersQuery([{ column, op: '!=', value }])}`,
          );
          assert.ok(
            !others.rows.some((each: Row) => each['id'] === row['id']),
            `${column} != ${JSON.stringify(value)}`,
          );
        }
      }
    });
  }
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
    [[{ column: 'name', op: 'contains', value: 5 }], 'query.filters[0].value'],
    [[{ column: 'name', op: 'starts_with', value: true }], 'query.filters[0].value'],
    [[{ column: 'name', op: 'ends_with', value: null }], 'query.filters[0].value'],
    [[{ column: 'name', op: 'ends_with' }], 'query.filters[0].value'],
    [[{ column: 'name', op: '=', value: 'a', escape: '!' }], 'query.filters[0].escape'],
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
