import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  type Arbitrary,
  asyncProperty,
  assert as check,
  bigInt,
  constant,
  constantFrom,
  double,
  oneof,
  string,
  uint8Array,
} from 'fast-check';

import { realText } from '../../engine/sqlite/values/tagged-value.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import type { Answer, TestServer } from '../../testing/http/test-server.ts';

/** More with PROPERTY_RUNS (`npm run test:long`); PROPERTY_SEED replays a failure that printed its seed. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 30);
const SEED = process.env['PROPERTY_SEED'];

/** A value as a client sends it, with every tag that it may have, and as every answer shows it. */
interface Exact {
  readonly sent: unknown;
  readonly shown: unknown;
}

const reals = oneof(
  double({ noNaN: true }),
  constantFrom(3, -0, 0, 1e20, 2 ** 53, 1e300, Infinity, -Infinity),
);

const values: Arbitrary<Exact> = oneof(
  constant({ sent: null, shown: null }),
  string({ unit: 'binary' })
    .filter((text) => text.isWellFormed())
    .map((text) => {
      return { sent: { $text: text }, shown: text };
    }),
  constantFrom('', 'AQID', '3', '3.0', 'Infinity', 'a\0b', '{"$blob":"AQID"}', '😀').map((text) => {
    return { sent: text, shown: text };
  }),
  uint8Array().map((bytes) => {
    const blob = { $blob: Buffer.from(bytes).toString('base64') };
    return { sent: blob, shown: blob };
  }),
  oneof(bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), bigInt({ min: -9n, max: 9n })).map((integer) => {
    const tagged = { $integer: String(integer) };
    return { sent: tagged, shown: Number.isSafeInteger(Number(integer)) ? Number(integer) : tagged };
  }),
  reals.map((real) => {
    const tagged = { $real: realText(real) };
    return { sent: tagged, shown: Number.isInteger(real) || !Number.isFinite(real) ? tagged : real };
  }),
);

const headers = { 'x-value-format': 'tagged' };

let server: TestServer;
before(async () => {
  server = await borrowTestServer();
  await server.createProject('exact');
  await data('POST', 'table', { table_name: 'things', columns: [{ column_name: 'v', column_type: 'ANY' }] });
});
after(() => server[Symbol.asyncDispose]());

async function data(method: string, path: string, json?: unknown): Promise<Answer['body']['data']> {
  const { status, body } = await server.call(method, `/projects/exact/${path}`, { headers, json });
  assert.ok(status < 300, JSON.stringify(body.error));
  return body.data;
}

/** Each stores the value in a row of its own, and returns the answered row. */
const waysIn: Readonly<
  Record<string, (v: unknown) => Promise<{ readonly id: number; readonly v: unknown }>>
> = {
  'a new row': async (v) => (await data('POST', 'records/things', { v })).row,
  'many new rows': async (v) => (await data('POST', 'records/things', { rows: [{ v }] })).rows[0],
  'a change by key': async (v) => (await data('PATCH', `records/things/${await emptyRow()}`, { v })).row,
  'a change by filter': async (v) => {
    const id = await emptyRow();
    await data('PATCH', 'records/things', { data: { v }, where: { id } });
    return (await data('GET', `records/things/${id}`)).row;
  },
  'an upsert': async (v) => {
    const upsert = { data: { id: await emptyRow(), v }, on_conflict: { columns: ['id'], action: 'update' } };
    return (await data('POST', 'records/things', upsert)).row;
  },
  'a batch that copies it by a reference': async (v) => {
    const copy = { v: { $ref: '0.row.v' } };
    const operations = [v, copy.v].map((each) => ({
      method: 'POST',
      path: '/records/things',
      body: { v: each },
    }));
    return (await data('POST', 'batch', { operations })).results[1].data.row;
  },
};

/** Each reads the value of a row. */
const waysOut: Readonly<Record<string, (id: number) => Promise<unknown>>> = {
  'by key': async (id) => (await data('GET', `records/things/${id}`)).row.v,
  'in a list': async (id) => (await data('GET', `records/things?filters={"id":${id}}`)).rows[0].v,
  'in a query': async (id) => {
    return (await data('POST', 'query', { sql: 'SELECT v FROM things WHERE id = ?', params: [id] })).rows[0]
      .v;
  },
};

async function emptyRow(): Promise<number> {
  return (await data('POST', 'records/things', {})).row.id;
}

test('property: every way in stores a tagged value as it is, and every way out shows it', async () => {
  const run = asyncProperty(values, async ({ sent, shown }) => {
    for (const [into, send] of Object.entries(waysIn)) {
      const row = await send(sent);
      assert.deepEqual(row.v, shown, into);
      for (const [out, read] of Object.entries(waysOut))
        assert.deepEqual(await read(row.id), shown, `${into}, ${out}`);
    }
  });
  await check(run, { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) });
});

test('property: a tagged value finds itself in filters and in queries, and is stored by defaults', async () => {
  let table = 0;
  const run = asyncProperty(values, async ({ sent, shown }) => {
    const { id } = (await data('POST', 'records/things', { v: sent })).row;
    const filters = encodeURIComponent(JSON.stringify({ id, v: sent }));
    assert.equal((await data('GET', `records/things?filters=${filters}`)).rows.length, 1);
    const query = {
      sql: 'SELECT ? AS v, typeof(?1) IS (SELECT typeof(v) FROM things WHERE id = ?2) AS same',
      params: [sent, id],
    };
    assert.deepEqual((await data('POST', 'query', query)).rows, [{ v: shown, same: 1 }]);
    // A default is SQL, which has no text with U+0000.
    if (JSON.stringify(sent).includes(String.raw`\u0000`)) return;
    const table_name = `t${(table += 1)}`;
    const columns = [{ column_name: 'v', column_type: 'ANY', default_value: sent }];
    const made = await data('POST', 'table', { table_name, columns });
    assert.deepEqual(made.columns[1].default_value, shown);
    assert.deepEqual((await data('POST', `records/${table_name}`, {})).row.v, shown);
  });
  await check(run, { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) });
});

test('exports in JSON and NDJSON contain the rows as a list shows them', async () => {
  const { rows } = await data('GET', 'records/things?limit=500');
  const body = { limit: 500 };
  const json = await exported('table/things', { ...body, format: 'json' });
  assert.deepEqual(JSON.parse(json), rows);
  const lines = (await exported('table/things', { ...body, format: 'ndjson' })).trim().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    rows,
  );
});

async function exported(path: string, json: object): Promise<string> {
  const made = await data('POST', `export/${path}`, json);
  return (await server.fetch('GET', String(made.export.download_url))).text();
}
