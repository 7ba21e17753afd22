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
    CREATE TABLE numbers(id INTEGER PRIMARY KEY, even TEXT, half REAL);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)
      INSERT INTO numbers SELECT i, iif(i % 2, NULL, 'even'), i / 2.0 FROM n;
    CREATE TABLE moving(id INTEGER PRIMARY KEY, rank INTEGER);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
      INSERT INTO moving SELECT i * 10, i % 7 FROM n;
    CREATE TABLE damaged(id INTEGER PRIMARY KEY, t TEXT);
    INSERT INTO damaged VALUES (1, CAST(x'ff41' AS TEXT)), (2, CAST(x'ff42' AS TEXT)), (3, 'z'), (4, CAST(x'c3' AS TEXT)),
      (5, CAST(x'ff41' AS TEXT)), (6, char(0xfffd));
    CREATE TABLE thick(id INTEGER PRIMARY KEY, t TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
      INSERT INTO thick SELECT i, printf('%.*c', 100000, 'x') FROM n;
    CREATE TABLE rowless(k TEXT, n INT, v, PRIMARY KEY (k, n)) WITHOUT ROWID;
    INSERT INTO rowless VALUES ('b', 2, 1), ('a', 9, 2), ('b', 1, 3), ('', 5, 4);
    CREATE TABLE placeless(rowid TEXT, _rowid_ TEXT, oid TEXT);
    INSERT INTO placeless VALUES ('a', 'b', 'c');
    CREATE VIEW seen AS SELECT id, even FROM numbers;
  `);
});
after(() => project[Symbol.asyncDispose]());

function idsOf(rows: readonly Row[]): readonly unknown[] {
  return rows.map(({ id }) => id);
}

/** Every page from the first to the last, by cursor. */
async function walk(path: string, between?: (page: number) => Promise<void>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = '';
  for (let pages = 0; cursor !== null; pages++) {
    assert.ok(pages < 1_000, 'the walk has no end');
    const page = await project.data('GET', `${path}&after=${cursor}`);
    assert.equal(page.returned, page.rows.length);
    assert.equal(page.has_more, page.next_cursor !== null);
    rows.push(...page.rows);
    cursor = page.next_cursor;
    await between?.(pages);
  }
  return rows;
}

describe('pages by offset', () => {
  test('have a hundred rows in key order, and report whether there are more', async () => {
    const page = await project.data('GET', 'records/numbers');
    assert.deepEqual(idsOf(page.rows), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual(Object.keys(page), ['table', 'rows', 'limit', 'offset', 'returned', 'has_more']);
    assert.deepEqual([page.limit, page.offset, page.returned, page.has_more], [100, 0, 10, false]);
    for (const [query, ids, more] of [
      ['limit=3', [1, 2, 3], true],
      ['limit=3&offset=7', [8, 9, 10], false],
      ['limit=3&offset=6', [7, 8, 9], true],
      ['limit=500&offset=10', [], false],
      ['limit=10', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false],
      ['limit=2&order=desc', [10, 9], true],
      ['offset=9007199254740991', [], false],
    ] as const) {
      const requested = await project.data('GET', `records/numbers?${query}`);
      assert.deepEqual([idsOf(requested.rows), requested.has_more], [ids, more], query);
    }
  });

  test('are sorted by columns, ascending or descending, with NULL first, and with a defined order for equal rows', async () => {
    for (const [query, ids] of [
      ['sort=even', [1, 3, 5, 7, 9, 2, 4, 6, 8, 10]],
      ['sort=-even', [2, 4, 6, 8, 10, 1, 3, 5, 7, 9]],
      ['sort=even&order=DESC', [10, 8, 6, 4, 2, 9, 7, 5, 3, 1]],
      ['sort=even,-half', [9, 7, 5, 3, 1, 10, 8, 6, 4, 2]],
      ['sort=EVEN,-Half&order=desc', [2, 4, 6, 8, 10, 1, 3, 5, 7, 9]],
      ['sort=-id', [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]],
      ['sort=-id&order=desc', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ] as const) {
      assert.deepEqual(idsOf((await project.data('GET', `records/numbers?${query}`)).rows), ids, query);
    }
  });

  test('have the requested columns, in that order', async () => {
    const page = await project.data('GET', 'records/numbers?columns=half,ID,half&limit=1');
    assert.deepEqual(JSON.stringify(page.rows), '[{"half":0.5,"id":1}]');
  });
});

describe('pages by cursor', () => {
  test('have the same rows as pages by offset', async () => {
    for (const query of [
      'sort=even',
      'sort=-even',
      'sort=even,-half',
      'sort=-even,half&order=desc',
      'order=desc',
    ]) {
      const whole = await project.data('GET', `records/numbers?${query}`);
      assert.deepEqual(await walk(`records/numbers?limit=3&${query}`), whole.rows, query);
      assert.deepEqual(await walk(`records/numbers?limit=10&${query}`), whole.rows, query);
    }
  });

  test('also work with a key of several columns', async () => {
    const rows = await walk('records/rowless?limit=1');
    assert.deepEqual(
      rows.map(({ k, n }) => [k, n]),
      [
        ['', 5],
        ['a', 9],
        ['b', 1],
        ['b', 2],
      ],
    );
  });

  test('keep their filters, and count all matching rows', async () => {
    const filters = filtersQuery([{ column: 'half', op: '>', value: 1 }]);
    const rows = await walk(`records/numbers?limit=3&sort=-half&count=1&${filters}`);
    assert.deepEqual(idsOf(rows), [10, 9, 8, 7, 6, 5, 4, 3]);
    const second = await project.data('GET', `records/numbers?limit=3&count=1&${filters}&after=`);
    assert.equal(second.total_count, 8);
  });

  test('repeat no row and skip no remaining row while others are inserted and deleted', async () => {
    const rows = await walk('records/moving?limit=9&sort=rank,-id', async (page) => {
      await project.data('POST', 'records/moving', {
        rows: Array.from({ length: 5 }, (_, index) => ({ id: page * 10 + index + 1, rank: index })),
      });
      await project.data('DELETE', `records/moving`, { where: { id: 1000 - page * 10 } });
    });
    const ids = idsOf(rows);
    assert.equal(new Set(ids).size, ids.length);
    const left = await project.data('GET', 'records/moving?limit=500&columns=id');
    const stayed = idsOf(left.rows).filter((id) => Number(id) % 10 === 0);
    assert.ok(stayed.length > 50);
    assert.deepEqual(new Set(stayed.filter((id) => !ids.includes(id))), new Set());
  });

  test('include texts that are not valid UTF-8', async () => {
    const sorted = project.shell('SELECT id FROM damaged ORDER BY t, id;').split('\n').map(Number);
    assert.deepEqual(idsOf(await walk('records/damaged?limit=1&sort=t')), sorted);
    const reversed = project
      .shell('SELECT id FROM damaged ORDER BY t DESC, id DESC;')
      .split('\n')
      .map(Number);
    assert.deepEqual(idsOf(await walk('records/damaged?limit=2&sort=t&order=desc')), reversed);
  });
});

function forged(cursor: unknown): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

describe('a cursor is refused if', () => {
  const order = '[["id",false]]';

  test('the server did not create it', async () => {
    const { next_cursor: real } = await project.data('GET', 'records/numbers?limit=1&after=');
    const cursors = [
      'zz',
      '%00',
      `${real.slice(0, -3)}`,
      ...[
        null,
        5,
        [],
        {},
        { order: '[["rowid",false]]' },
        { order, values: [['i', '1']] },
        ...[
          [],
          [
            ['i', '1'],
            ['i', '2'],
          ],
          [['i', 'abc']],
          [['i', 5]],
          [['r', 'NaN']],
          [['r', 'abc']],
          [['x', '1']],
          [['t', '\ud800']],
          ['i'],
          'i1',
        ].map((values) => ({ order: '[["rowid",false]]', values })),
      ].map((cursor) => forged(cursor)),
    ];
    for (const cursor of cursors) {
      const answer = await project.call('GET', `records/numbers?limit=2&after=${cursor}`);
      if (answer.status === 200) assert.ok(answer.body.data.returned <= 2, cursor);
      else assert.deepEqual(fieldsAtFault(answer), ['query.after'], cursor);
      assert.ok(answer.status === 200 || answer.body.error?.code === 'validation_failed', cursor);
    }
    for (const cursor of ['zz', forged(null), forged({}), forged({ order, values: [] }), `${real}AAAA`]) {
      await project.refuse('validation_failed', 'GET', `records/numbers?after=${cursor}`);
    }
  });

  test('it belongs to another order', async () => {
    const { next_cursor: cursor } = await project.data('GET', 'records/numbers?limit=1&sort=half&after=');
    for (const query of ['sort=-half', 'sort=even', 'sort=half,even', '', 'sort=half&order=desc']) {
      const path = `records/numbers?limit=1&${query}&after=${cursor}`;
      assert.deepEqual(fieldsAtFault(await project.refuse('validation_failed', 'GET', path)), [
        'query.after',
      ]);
    }
    assert.equal((await project.data('GET', `records/numbers?sort=HALF&after=${cursor}`)).returned, 9);
  });

  test('it is combined with an offset, or the rows have no key', async () => {
    const both = await project.refuse('validation_failed', 'GET', 'records/numbers?after=&offset=1');
    assert.deepEqual(fieldsAtFault(both), ['query.offset']);
    for (const table of ['seen', 'placeless']) {
      const refused = await project.refuse('validation_failed', 'GET', `records/${table}?after=`);
      assert.deepEqual(fieldsAtFault(refused), ['query.after']);
      assert.ok(refused.body.error?.message.includes(table));
    }
  });
});

describe('an invalid page', () => {
  for (const [query, field] of [
    ['limit=0', 'query.limit'],
    ['limit=501', 'query.limit'],
    ['limit=-1', 'query.limit'],
    ['limit=1.5', 'query.limit'],
    ['limit=ten', 'query.limit'],
    ['limit=', 'query.limit'],
    ['limit=1&limit=2', 'query.limit'],
    ['offset=-1', 'query.offset'],
    ['offset=9007199254740992', 'query.offset'],
    ['order=up', 'query.order'],
    ['sort=', 'query.sort'],
    ['sort=,', 'query.sort'],
    ['sort=even,half,EVEN', 'query.sort'],
    ['sort=even,-even', 'query.sort'],
    [`sort=${'even,'.repeat(1_900)}half`, 'query.sort'],
    ['sort=-', 'query.sort'],
    ['sort=--id', 'query.sort'],
    ['sort=id%20desc', 'query.sort'],
    ['sort=id,nobody', 'query.sort'],
    ['columns=', 'query.columns'],
    ['columns=id,', 'query.columns'],
    ['columns=*', 'query.columns'],
    ['columns=count(*)', 'query.columns'],
    ['page=2', 'query.page'],
  ] as const) {
    test(`${query} names ${field}`, async () => {
      const refused = await project.refuse('validation_failed', 'GET', `records/numbers?${query}`);
      assert.deepEqual(fieldsAtFault(refused), [field]);
    });
  }
});

test('a page of long rows is returned', async () => {
  for (const query of ['?', '?after=', '?sort=-t', '?limit=5']) {
    const page = await project.data('GET', `records/thick${query}`);
    assert.equal(page.returned, query.endsWith('5') ? 5 : 30);
    assert.ok(page.rows.every((row: Row) => String(row['t']).length === 100_000));
  }
  assert.equal((await walk('records/thick?limit=4')).length, 30);
});
