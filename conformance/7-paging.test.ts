import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { assertKeys, type Data } from './answer.ts';
import { documented, ours } from './contract.ts';
import { openService } from './tested-service.ts';

const service = await openService();
after(() => service.close());
const { path, accept, refuse } = service;

const PAGE_KEYS = ['table', 'rows', 'limit', 'offset', 'returned', 'has_more'];

const numbers = service.tableName('numbers');
const records = `${path}/records/${numbers}`;
await accept(201, 'POST', `${path}/table`, {
  table_name: numbers,
  columns: [{ column_name: 'parity' }, { column_name: 'square', column_type: 'INTEGER' }],
});
// Stores the numbers 1 to 600 one by one, which is the only way that the reference documents.
for (let first = 1; first <= 600; first += 50) {
  const ids = Array.from({ length: 50 }, (_, index) => first + index);
  const storing = ids.map((id) =>
    accept(201, 'POST', records, { id, parity: id % 2 === 0 ? 'even' : 'odd', square: id ** 2 }),
  );
  await Promise.all(storing);
}

async function page(query: string): Promise<Data> {
  return accept(200, 'GET', `${records}${query}`);
}

function idsOf({ rows }: Data): readonly number[] {
  return rows.map(({ id }: Data) => id);
}

describe('a page', () => {
  documented('has its keys in order, and 100 rows by default', async () => {
    const data = await page('');
    assertKeys(data, PAGE_KEYS);
    const { rows, ...others } = data;
    assert.deepEqual(others, { table: numbers, limit: 100, offset: 0, returned: 100, has_more: true });
    assert.equal(rows.length, 100);
    assert.deepEqual(Object.keys(rows[0]), ['id', 'parity', 'square']);
  });

  documented('has up to 500 rows, after an offset', async () => {
    const data = await page('?limit=500&offset=200');
    assert.deepEqual([data.limit, data.offset, data.returned, data.has_more], [500, 200, 400, false]);
    const last = await page('?limit=1&offset=599');
    assert.deepEqual([last.returned, last.has_more], [1, false]);
    const full = await page('?limit=100&offset=500');
    assert.deepEqual([full.returned, full.has_more], [100, false]);
    const beyond = await page('?offset=1000');
    assert.deepEqual([beyond.rows, beyond.returned, beyond.has_more], [[], 0, false]);
  });

  documented('never has more than 500 rows', async () => {
    for (const limit of ['501', '0', '-1']) {
      const { body } = await service.send('GET', `${records}?limit=${limit}`);
      assert.ok(!body.ok || body.data.returned <= 500);
    }
  });

  documented('has total_count if include_count or count is set', async () => {
    for (const flag of ['include_count=true', 'count=1', 'include_count=yes', 'count=on']) {
      const data = await page(`?${flag}&limit=2`);
      assertKeys(data, [...PAGE_KEYS, 'total_count']);
      assert.equal(data.total_count, 600);
    }
    const filters = encodeURIComponent('{"parity":"odd"}');
    assert.equal((await page(`?count=true&limit=2&filters=${filters}`)).total_count, 300);
  });
});

describe('an order', () => {
  documented('sorts by a column, ascending or descending', async () => {
    assert.deepEqual(idsOf(await page('?sort=square&limit=3')), [1, 2, 3]);
    assert.deepEqual(idsOf(await page('?sort=square&order=asc&limit=3')), [1, 2, 3]);
    assert.deepEqual(idsOf(await page('?sort=square&order=desc&limit=3')), [600, 599, 598]);
  });

  ours('sorts by several columns, each ascending or descending', async () => {
    assert.deepEqual(idsOf(await page('?sort=parity,-square&limit=2')), [600, 598]);
    assert.deepEqual(idsOf(await page('?sort=-parity,square&limit=2')), [1, 3]);
  });

  ours('is key order by default', async () => {
    assert.deepEqual(idsOf(await page('?limit=3')), [1, 2, 3]);
  });
});

describe('a selection of columns', () => {
  ours('is columns=a,b, in that order', async () => {
    const data = await page('?columns=square,id&limit=1');
    assert.deepEqual(data.rows, [{ square: 1, id: 1 }]);
    assert.deepEqual(Object.keys(data.rows[0]), ['square', 'id']);
  });
});

describe('paging by after', () => {
  const ways = ['', '&sort=parity,-square', '&sort=square&order=desc', '&columns=id&sort=parity'];
  for (const way of ways) {
    ours(`returns each row once: after=…${way}`, async () => {
      const seen: number[] = [];
      let cursor = '';
      for (;;) {
        const data = await page(`?limit=250&after=${encodeURIComponent(cursor)}${way}`);
        assert.deepEqual(Object.keys(data), [...PAGE_KEYS, 'next_cursor']);
        seen.push(...idsOf(data));
        assert.equal(data.has_more, data.next_cursor !== null);
        if (data.next_cursor === null) break;
        cursor = data.next_cursor;
      }
      assert.equal(seen.length, 600);
      assert.equal(new Set(seen).size, 600);
    });
  }

  ours('cannot be combined with an offset', async () => {
    const fields = ['query.offset'];
    await refuse('validation_failed', 'GET', `${records}?after=&offset=5`, undefined, { fields });
  });
});
