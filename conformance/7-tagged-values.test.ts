import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import type { Data } from './answer.ts';
import { IN_GIVEN_PROJECT, ours, REFERENCE_ONLY } from './contract.ts';
import { databaseFile } from './database-file.ts';
import { openService } from './tested-service.ts';

const service = await openService();
after(() => service.close());
const { accept, refuse, send } = service;

const TAGGED = { 'x-value-format': 'tagged' } as const;
const PROJECTS = { needs: 'projects' } as const;
const BYTES = { $blob: 'AQID' };

/** A database of another program, with declared types that the service does not create. */
const FOREIGN = `
  CREATE TABLE places (id INTEGER PRIMARY KEY, geom GEOMETRY, shape BLOB, note TEXT, extra, amount REAL,
    label TEXT AS (note || '!'));
  INSERT INTO places VALUES (1, x'010203', x'010203', 'a', x'010203', 3.0),
    (2, 'AQID', 'AQID', 'AQID', 'AQID', 2.5), (3, 3.0, 3.0, '3.0', 3.0, -0.0), (4, 3, 3, '3', 3, 9e999),
    (5, 9007199254740993, 9007199254740993, 'Infinity', 'Infinity', 'Infinity'),
    (6, CAST(x'41ff42' AS TEXT), CAST(x'41ff42' AS TEXT), CAST(x'41ff42' AS TEXT), 1e300, NULL);
  CREATE TABLE devices (id GUID PRIMARY KEY, name TEXT);
  INSERT INTO devices VALUES (x'00ff10', 'bytes'), ('AP8Q', 'text'), (7, 'number');
  CREATE TABLE pairs (a BINARY(16), b, name TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
  INSERT INTO pairs VALUES (x'0102', 'x,y', 'first'), (x'0102', 2.5, 'second');`;

const DUMP = `SELECT id, typeof(geom) AS g, hex(geom) AS gv, typeof(shape) AS s, hex(shape) AS sv, hex(note) AS n,
  typeof(extra) AS e, hex(extra) AS ev, typeof(amount) AS a, hex(amount) AS av FROM places ORDER BY id`;

interface Imported {
  readonly home: string;
  readonly token: string;
}

async function givenForeignDatabase(): Promise<Imported> {
  const { slug, token } = await service.createProject();
  const home = `/projects/${slug}`;
  await accept(201, 'POST', `${home}/import/sqlite`, undefined, {
    token,
    body: databaseFile(FOREIGN),
    headers: { 'content-type': 'application/vnd.sqlite3' },
  });
  return { home, token };
}

const foreign = REFERENCE_ONLY || IN_GIVEN_PROJECT ? { home: '', token: '' } : await givenForeignDatabase();
const { home, token } = foreign;
const tagged = { token, headers: TAGGED };

async function dump({ home: of, token: with_ }: Imported = foreign): Promise<Data> {
  return (await accept(200, 'POST', `${of}/query`, { sql: DUMP }, { token: with_ })).rows;
}

function key(value: unknown): string {
  return encodeURIComponent(JSON.stringify(value));
}

function filtersOf(column: string, value: unknown): string {
  return `filters=${encodeURIComponent(JSON.stringify([{ column, op: '=', value }]))}`;
}

/** The ids of the places whose `extra` matches. */
async function placesWith(op: string, value: unknown): Promise<readonly number[]> {
  const filters = encodeURIComponent(JSON.stringify([{ column: 'extra', op, value }]));
  const path = `${home}/records/places?filters=${filters}&sort=id`;
  return (await accept(200, 'GET', path, undefined, tagged)).rows.map(({ id }: Data) => id);
}

/** The defaults of all columns but the id. */
function defaultsOf({ columns }: Data): unknown {
  return columns.slice(1).map(({ default_value }: Data) => default_value);
}

describe('with X-Value-Format: tagged', () => {
  ours(
    'an answer tags each value that JSON would change, and names the format',
    async () => {
      const { rows } = await accept(200, 'GET', `${home}/records/places`, undefined, tagged);
      const shown = rows.map(({ geom, shape, note, extra, amount }: Data) => [
        geom,
        shape,
        note,
        extra,
        amount,
      ]);
      const real = { $real: '3.0' };
      const large = { $integer: '9007199254740993' };
      const damaged = { $text_bytes: 'Qf9C' };
      assert.deepEqual(shown, [
        [BYTES, BYTES, 'a', BYTES, real],
        ['AQID', { $text: 'AQID' }, 'AQID', 'AQID', 2.5],
        [3, real, '3.0', real, { $real: '0.0' }],
        [3, 3, '3', 3, { $real: 'Infinity' }],
        [large, large, 'Infinity', 'Infinity', { $text: 'Infinity' }],
        [damaged, damaged, damaged, { $real: '1e+300' }, null],
      ]);
      const answer = await send('GET', `${home}/records/places`, undefined, tagged);
      assert.equal(answer.headers.get('x-value-format'), 'tagged');
      assert.match(String(answer.headers.get('vary')), /X-Value-Format/i);
      const plain = await send('GET', `${home}/records/places`, undefined, { token });
      assert.equal(plain.headers.get('x-value-format'), null);
    },
    PROJECTS,
  );

  ours(
    'a row that is sent back as it was read changes nothing: by key, by filters, in bulk, as an upsert and in a batch',
    async () => {
      const before = await dump();
      const records = `${home}/records/places`;
      const { rows } = await accept(200, 'GET', records, undefined, tagged);
      for (const row of rows) {
        await accept(200, 'PATCH', `${records}/${row.id}`, row, tagged);
        await accept(200, 'PATCH', records, { data: row, where: row }, tagged);
        const operation = { method: 'PATCH', path: `/records/places/${row.id}`, body: { data: row } };
        await accept(200, 'POST', `${home}/batch`, { operations: [operation] }, tagged);
      }
      const upserts = { rows, on_conflict: { columns: ['id'], action: 'update' } };
      assert.equal((await accept(200, 'POST', records, upserts, tagged)).updated, 6);
      assert.deepEqual(await dump(), before);
    },
    PROJECTS,
  );

  ours(
    'every kind of value can be written into every column that takes it',
    async () => {
      const records = `${home}/records/places`;
      const values = [
        BYTES,
        { $text: 'AQID' },
        { $real: '-0.0' },
        { $real: '-Infinity' },
        { $text_bytes: 'gA==' },
      ];
      for (const extra of [
        ...values,
        { $integer: '-9223372036854775808' },
        { $integer: '12' },
        { $blob: '' },
      ]) {
        const { row } = await accept(201, 'POST', records, { extra }, tagged);
        const plainer = '$integer' in extra && extra.$integer === '12' ? 12 : extra;
        assert.deepEqual(row.extra, '$text' in extra ? extra.$text : plainer);
        const page = await accept(200, 'GET', `${records}?${filtersOf('extra', extra)}`, undefined, tagged);
        assert.ok(
          page.rows.some(({ id }: Data) => id === row.id),
          JSON.stringify(extra),
        );
        await accept(200, 'DELETE', `${records}/${row.id}`, undefined, tagged);
      }
    },
    PROJECTS,
  );

  ours(
    'a tagged value in a path is its JSON, percent-encoded; in a composite key each part is',
    async () => {
      const devices = `${home}/records/devices`;
      const names = [];
      for (const id of [{ $blob: 'AP8Q' }, { $text: 'AP8Q' }, { $integer: '7' }]) {
        names.push((await accept(200, 'GET', `${devices}/${key(id)}`, undefined, tagged)).row.name);
      }
      assert.deepEqual(names, ['bytes', 'text', 'number']);
      const pairs = `${home}/records/pairs/${key({ $blob: 'AQI=' })}`;
      const first = `${pairs},${key({ $text: 'x,y' })}`;
      assert.equal((await accept(200, 'GET', first, undefined, tagged)).row.name, 'first');
      const second = `${pairs},${key({ $real: '2.5' })}`;
      const changed = await accept(200, 'PATCH', second, { name: 'changed' }, tagged);
      assert.deepEqual(changed.row, { a: { $blob: 'AQI=' }, b: 2.5, name: 'changed' });
    },
    PROJECTS,
  );

  ours(
    'a key that a batch takes from an earlier answer is exactly that value',
    async () => {
      const table = '/records/devices';
      const text = JSON.stringify({ $blob: 'AP8Q' });
      const create = { method: 'POST', path: table, body: { id: text, name: 'looks tagged' } };
      const remove = { method: 'DELETE', path: `${table}/{0.row.id}` };
      const read = { method: 'GET', path: `${table}/${key({ $blob: 'AP8Q' })}` };
      const { results } = await accept(
        200,
        'POST',
        `${home}/batch`,
        { operations: [create, remove, read] },
        tagged,
      );
      assert.equal(results[2].data.row.name, 'bytes');
      await refuse('not_found', 'GET', `${home}${table}/${key({ $text: text })}`, undefined, tagged);
    },
    PROJECTS,
  );

  ours(
    'filters take tagged values with every operator that takes a value',
    async () => {
      assert.deepEqual(await placesWith('=', BYTES), [1]);
      assert.deepEqual(await placesWith('=', 'AQID'), [2]);
      assert.deepEqual(await placesWith('!=', BYTES), [2, 3, 4, 5, 6]);
      assert.deepEqual(await placesWith('in', [BYTES, { $text: 'AQID' }]), [1, 2]);
      assert.deepEqual(await placesWith('>=', { $blob: 'AQ==' }), [1]);
      assert.deepEqual(await placesWith('<', { $real: '3.5' }), [3, 4]);
      assert.deepEqual(await placesWith('starts_with', { $text: 'AQ' }), [2]);
    },
    PROJECTS,
  );

  ours(
    'queries take and give tagged values',
    async () => {
      const body = {
        sql: "SELECT ? AS a, ? / 2 AS b, x'0102' AS c, typeof(?) AS d",
        params: [BYTES, { $real: '3.0' }, { $text: '5' }],
      };
      const { rows } = await accept(200, 'POST', `${home}/query`, body, tagged);
      assert.deepEqual(rows, [{ a: BYTES, b: 1.5, c: { $blob: 'AQI=' }, d: 'text' }]);
    },
    PROJECTS,
  );

  ours('defaults are tagged, and what was read can be sent back', async () => {
    const columns = [
      { column_name: 'mark', column_type: 'ANY', default_value: BYTES },
      { column_name: 'price', column_type: 'ANY', default_value: { $real: '3.0' } },
      { column_name: 'large', column_type: 'INTEGER', default_value: { $integer: '9007199254740993' } },
      { column_name: 'word', column_type: 'TEXT', default_value: 'AQID' },
    ];
    const headers = TAGGED;
    const table_name = service.tableName('tagged_defaults');
    const made = await accept(201, 'POST', `${service.path}/table`, { table_name, columns }, { headers });
    const expected = columns.map(({ default_value }) => default_value);
    assert.deepEqual(defaultsOf(made), expected);
    const column = `${service.path}/column/${table_name}`;
    assert.deepEqual(defaultsOf(await accept(200, 'GET', column, undefined, { headers })), expected);
    const changes = columns.map(({ column_name, default_value }) => ({ column_name, default_value }));
    await accept(200, 'PATCH', column, { columns: changes }, { headers });
    assert.deepEqual(defaultsOf(await accept(200, 'GET', column, undefined, { headers })), expected);
    const { row } = await accept(201, 'POST', `${service.path}/records/${table_name}`, {}, { headers });
    assert.deepEqual(Object.values(row).slice(1), expected);
    // In a plain answer, these look like the present ones.
    const alike = [
      { column_name: 'mark', default_value: 'AQID' },
      { column_name: 'price', default_value: 3 },
    ];
    await accept(200, 'PATCH', column, { columns: alike }, { headers });
    const changed = defaultsOf(await accept(200, 'GET', column, undefined, { headers }));
    assert.deepEqual(changed, ['AQID', 3, ...expected.slice(2)]);
  });

  ours(
    'JSON and NDJSON exports are tagged; a bootstrap takes tagged values',
    async () => {
      const exported = async (path: string, format: string) => {
        const made = await accept(201, 'POST', `${home}/export/${path}`, { format }, tagged);
        const url = String(made.export.download_url);
        return (await service.fetch('GET', url, undefined, { token })).text();
      };
      const { rows } = await accept(200, 'GET', `${home}/records/places`, undefined, tagged);
      assert.deepEqual(JSON.parse(await exported('table/places', 'json')), rows);
      const lines = (await exported('table/places', 'ndjson')).trim().split('\n');
      assert.deepEqual(
        lines.map((line) => JSON.parse(line) as unknown),
        rows,
      );
      const { tables }: Data = JSON.parse(await exported('database', 'json'));
      assert.deepEqual(tables.places, rows);
    },
    PROJECTS,
  );

  ours(
    'a bootstrap takes tagged values in defaults and seeds',
    async () => {
      const project_slug = service.newSlug();
      const columns = [{ name: 'v', type: 'ANY', default: { $real: '3.0' } }];
      await accept(
        201,
        'POST',
        '/bootstrap',
        {
          project_slug,
          project_name: 'Tagged',
          initial_project_user: { username: 'server', password: 'a long password' },
          tables: [{ table_name: 't', columns, seed: [{ v: BYTES }, {}, { v: { $real: '7.0' } }] }],
        },
        { token: service.admin, headers: TAGGED },
      );
      const options = { token: service.admin, headers: TAGGED };
      const { rows } = await accept(200, 'GET', `/projects/${project_slug}/records/t`, undefined, options);
      assert.deepEqual(
        rows.map(({ v }: Data) => v),
        [BYTES, { $real: '3.0' }, { $real: '7.0' }],
      );
    },
    PROJECTS,
  );

  ours('an invalid tagged value names its field and what is allowed', async () => {
    const table = service.tableName('tagged_faults');
    await accept(201, 'POST', `${service.path}/table`, {
      table_name: table,
      columns: [{ column_name: 'v', column_type: 'ANY' }],
    });
    const records = `${service.path}/records/${table}`;
    const headers = TAGGED;
    const invalid = [
      { $blob: 'A' },
      { $integer: '1.5' },
      { $integer: '9223372036854775808' },
      { $real: 'NaN' },
      { $real: '1e999' },
      { $text_bytes: '?' },
    ];
    for (const v of invalid) {
      const [tag = ''] = Object.keys(v);
      await refuse('validation_failed', 'POST', records, { v }, { headers, fields: [`body.v.${tag}`] });
    }
    for (const v of [{}, { $blob: 1 }, { $blob: 'AQID', $text: 'a' }, { $other: 'a' }, [BYTES]]) {
      await refuse('validation_failed', 'POST', records, { v }, { headers, fields: ['body.v'] });
    }
    await refuse('validation_failed', 'POST', records, { v: BYTES }, { fields: ['body.v'] });
    const other = { headers: { 'x-value-format': 'exact' }, fields: ['headers.X-Value-Format'] };
    await refuse('validation_failed', 'GET', records, undefined, other);
  });
});

describe('without the header', () => {
  ours(
    'a row that is sent back as it was read changes nothing either',
    async () => {
      const before = await dump();
      const records = `${home}/records/places`;
      const { rows } = await accept(200, 'GET', records, undefined, { token });
      for (const row of rows) {
        await accept(200, 'PATCH', `${records}/${row.id}`, row, { token });
        await accept(200, 'PATCH', records, { data: row, where: { id: row.id } }, { token });
        const operation = { method: 'PATCH', path: `/records/places/${row.id}`, body: { data: row } };
        await accept(200, 'POST', `${home}/batch`, { operations: [operation] }, { token });
      }
      const upserts = { rows, on_conflict: { columns: ['id'], action: 'update' } };
      await accept(200, 'POST', records, upserts, { token });
      assert.deepEqual(await dump(), before);
    },
    PROJECTS,
  );

  ours(
    'a row whose key is a BLOB is found by the base64 that an answer shows, in a path and in a filter',
    async () => {
      const pairs = `${home}/records/pairs/${encodeURIComponent('AQI=')},${encodeURIComponent('x,y')}`;
      assert.equal((await accept(200, 'GET', pairs, undefined, { token })).row.name, 'first');
      const found = await accept(
        200,
        'GET',
        `${home}/records/places?${filtersOf('geom', 'AQID')}`,
        undefined,
        { token },
      );
      assert.deepEqual(
        found.rows.map(({ id }: Data) => id),
        [1, 2],
      );
    },
    PROJECTS,
  );

  ours(
    'a generated column may be sent back as it was read, and is refused otherwise',
    async () => {
      const place = `${home}/records/places/1`;
      const { row } = await accept(200, 'GET', place, undefined, { token });
      assert.equal(row.label, 'a!');
      await accept(200, 'PATCH', place, { label: 'a!' }, { token });
      await refuse('validation_failed', 'PATCH', place, { label: 'b!' }, { token, fields: ['body.label'] });
    },
    PROJECTS,
  );
});
