import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import type { Data } from './answer.ts';
import { documented, ours } from './contract.ts';
import { databaseFile } from './database-file.ts';
import { openService } from './tested-service.ts';

const service = await openService();
after(() => service.close());
const { path, accept, refuse } = service;

const things = service.tableName('things');
const records = `${path}/records/${things}`;
await accept(201, 'POST', `${path}/table`, {
  table_name: things,
  columns: [
    { column_name: 'whole', column_type: 'INTEGER' },
    { column_name: 'real', column_type: 'REAL' },
    { column_name: 'text', column_type: 'TEXT' },
    { column_name: 'blob', column_type: 'BLOB' },
    { column_name: 'any', column_type: 'ANY' },
  ],
});

async function stored(row: object): Promise<Data> {
  const created = await accept(201, 'POST', records, row);
  const filters = encodeURIComponent(JSON.stringify({ id: created.row.id }));
  const { rows } = await accept(200, 'GET', `${records}?filters=${filters}`);
  assert.deepEqual(rows, [created.row]);
  return rows[0];
}

describe('a value', () => {
  documented('is text, a number, true, false or null', async () => {
    const row = await stored({ whole: 7, real: 1.5, text: 'Süß 😀\n"', any: 'x' });
    assert.deepEqual([row.whole, row.real, row.text, row.blob, row.any], [7, 1.5, 'Süß 😀\n"', null, 'x']);
  });

  documented('is stored as 1 or 0 if it is true or false', async () => {
    const row = await stored({ whole: true, any: false });
    assert.deepEqual([row.whole, row.any], [1, 0]);
    const filters = encodeURIComponent(`[{"column":"whole","op":"=","value":true}]`);
    const page = await accept(200, 'GET', `${records}?filters=${filters}`);
    assert.ok(page.rows.some(({ id }: Data) => id === row.id));
  });

  documented('cannot be an array or an object', async () => {
    for (const value of [[], [1], {}, { a: 1 }, [[]]]) {
      for (const column of ['text', 'any']) {
        const fields = [`body.${column}`];
        await refuse('validation_failed', 'POST', records, { [column]: value }, { fields });
      }
    }
  });
});

describe('values that JSON cannot represent exactly', () => {
  ours('integers beyond ±(2^53−1) are strings of digits, in requests and answers', async () => {
    const large = ['9007199254740992', '-9007199254740993', '9223372036854775807', '-9223372036854775808'];
    for (const whole of large) assert.equal((await stored({ whole })).whole, whole);
    assert.equal((await stored({ whole: Number.MAX_SAFE_INTEGER })).whole, Number.MAX_SAFE_INTEGER);
    assert.equal((await stored({ whole: '42' })).whole, 42);
    const exact = await accept(201, 'POST', records, undefined, {
      body: '{"whole":9223372036854775807}',
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(exact.row.whole, '9223372036854775807');
    const filters = encodeURIComponent('{"whole":"9223372036854775807"}');
    assert.equal((await accept(200, 'GET', `${records}?filters=${filters}`)).returned, 2);
    for (const whole of ['9223372036854775808', '1.5', '0x10', 'seven']) {
      const { body } = await service.send('POST', records, { whole });
      assert.equal(body.ok, false, whole);
    }
  });

  ours('a number with a point or an exponent stays a REAL in a column of the type ANY', async () => {
    const headers = { 'content-type': 'application/json' };
    for (const [number, shown] of [
      ['3', '3'],
      ['3.0', '3.0'],
      ['1e3', '1000.0'],
      ['2.5', '2.5'],
    ] as const) {
      const options = { body: `{"any":${number}}`, headers };
      const { row } = await accept(201, 'POST', records, undefined, options);
      const answer = await service.fetch('GET', `${records}/${row.id}`);
      assert.match(await answer.text(), new RegExp(`"any":${shown.replace('.', '[.]')}[,}]`));
    }
  });

  ours('BLOBs are base64, in requests and answers', async () => {
    for (const blob of ['', 'AA==', 'AP/+', Buffer.from('héllo').toString('base64')]) {
      assert.equal((await stored({ blob })).blob, blob);
    }
    for (const blob of ['not base64!', 'AA=', 7]) {
      assert.equal((await service.send('POST', records, { blob })).body.ok, false, String(blob));
    }
  });

  ours('infinities are "Infinity" and "-Infinity", in requests and answers', async () => {
    for (const real of ['Infinity', '-Infinity']) assert.equal((await stored({ real })).real, real);
    assert.equal((await stored({ real: 0.1 })).real, 0.1);
    assert.equal((await stored({ real: 1e308 })).real, 1e308);
  });
});

describe('values that cannot be written', () => {
  ours(
    'a generated column is read and filtered; a view is listed and read, and written only through its triggers',
    async () => {
      const { slug, token } = await service.createProject();
      const home = `/projects/${slug}`;
      await accept(201, 'POST', `${home}/import/sqlite`, undefined, {
        token,
        body: databaseFile(`
          CREATE TABLE orders (id INTEGER PRIMARY KEY, price REAL, gross REAL AS (price * 2));
          INSERT INTO orders (price) VALUES (5);
          CREATE VIEW dear AS SELECT * FROM orders WHERE price > 3;
          CREATE VIEW prices AS SELECT id, price FROM orders;
          CREATE TRIGGER priced INSTEAD OF INSERT ON prices BEGIN
            INSERT INTO orders (price) VALUES (NEW.price);
          END;`),
        headers: { 'content-type': 'application/vnd.sqlite3' },
      });
      const options = { token };
      const orders = `${home}/records/orders`;
      const filters = encodeURIComponent('{"gross":10}');
      const found = await accept(200, 'GET', `${orders}?filters=${filters}`, undefined, options);
      assert.deepEqual(found.rows, [{ id: 1, price: 5, gross: 10 }]);
      await refuse('validation_failed', 'POST', orders, { gross: 7 }, { token, fields: ['body.gross'] });
      await refuse(
        'validation_failed',
        'PATCH',
        `${orders}/1`,
        { gross: 7 },
        { token, fields: ['body.gross'] },
      );

      const dear = await accept(200, 'GET', `${home}/records/dear`, undefined, options);
      assert.deepEqual(dear.rows, found.rows);
      const { body } = await service.send('POST', `${home}/records/dear`, { price: 9 }, options);
      assert.equal(body.ok, false);
      await accept(201, 'POST', `${home}/records/prices`, { price: 9 }, options);
      assert.equal((await accept(200, 'GET', orders, undefined, options)).returned, 2);
    },
    { needs: 'projects' },
  );

  ours(
    'a table without a primary key has rowids as ids',
    async () => {
      const { slug, token } = await service.createProject();
      await accept(201, 'POST', `/projects/${slug}/import/sqlite`, undefined, {
        token,
        body: databaseFile(`CREATE TABLE notes (text); INSERT INTO notes (rowid, text) VALUES (7, 'kept');`),
        headers: { 'content-type': 'application/vnd.sqlite3' },
      });
      const note = `/projects/${slug}/records/notes/7`;
      assert.equal((await accept(200, 'GET', note, undefined, { token })).row.text, 'kept');
      assert.equal((await accept(200, 'PATCH', note, { text: 'new' }, { token })).row.text, 'new');
      assert.deepEqual(await accept(200, 'DELETE', note, undefined, { token }), {
        deleted: true,
        table: 'notes',
        id: '7',
      });
    },
    { needs: 'projects' },
  );

  ours(
    'a row without a primary key has the same id in a database export',
    async () => {
      const [from, into] = [await service.createProject(), await service.createProject()];
      const headers = { 'content-type': 'application/vnd.sqlite3' };
      await accept(201, 'POST', `/projects/${from.slug}/import/sqlite`, undefined, {
        token: from.token,
        body: databaseFile(`CREATE TABLE notes (text); CREATE TABLE ballast AS SELECT zeroblob(100000);
          INSERT INTO notes (rowid, text) VALUES (1, 'a'), (5, 'b'), (9, 'c');`),
        headers,
      });
      const request = { format: 'sqlite', exclude_tables: ['ballast'] };
      const { token } = from;
      const made = await accept(201, 'POST', `/projects/${from.slug}/export/database`, request, { token });
      const file = await service.fetch('GET', made.export.download_url, undefined, { token });
      await accept(201, 'POST', `/projects/${into.slug}/import/sqlite`, undefined, {
        token: into.token,
        body: new Uint8Array(await file.arrayBuffer()),
        headers,
      });
      for (const [id, text] of [
        [1, 'a'],
        [5, 'b'],
        [9, 'c'],
      ]) {
        const note = `/projects/${into.slug}/records/notes/${id}`;
        assert.equal((await accept(200, 'GET', note, undefined, { token: into.token })).row.text, text);
      }
    },
    { needs: 'projects' },
  );
});
