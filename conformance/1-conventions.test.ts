import assert from 'node:assert/strict';
import { after, describe } from 'node:test';
import { gzipSync } from 'node:zlib';

import { type Data, TIMESTAMP } from './answer.ts';
import { documented, ours } from './contract.ts';
import { databaseFile } from './database-file.ts';
import { openService } from './tested-service.ts';

const service = await openService();
after(() => service.close());
const { path, send, accept, refuse } = service;

const contacts = service.tableName('contacts');
/** By the server's clock, which may differ from this machine's. */
const begunMs = Date.parse((await send('GET', `${path}/auth/me`)).body.meta.generated_at);
const made: Data = await accept(201, 'POST', `${path}/table`, {
  table_name: contacts,
  columns: [
    { column_name: 'email' },
    { column_name: 'age', column_type: 'INTEGER' },
    { column_name: 'weight', column_type: 'REAL' },
    { column_name: 'photo', column_type: 'BLOB' },
  ],
});

describe('a project slug', () => {
  documented('ignores case', async () => {
    const shouted = `/projects/${service.slug.toUpperCase()}`;
    assert.equal((await accept(200, 'GET', `${shouted}/records/${contacts}`)).table, contacts);
    await accept(200, 'GET', `${shouted}/auth/me`);
  });

  ours(
    'has letters, digits, _ and -, at most 63 characters',
    async () => {
      const admin = { token: service.admin, fields: ['body.project_slug'] };
      for (const slug of ['', 'a b', 'a.b', 'a/b', 'café', '\u212A', 'a'.repeat(64), 7, null]) {
        const project = { project_slug: slug, project_name: 'x' };
        await refuse('validation_failed', 'POST', '/projects', project, admin);
      }
    },
    { needs: 'projects' },
  );
});

describe('the name of a new table, column or index', () => {
  const bad = ['', '1a', '_a', 'a b', 'a-b', 'a"b', 'naïve', 'a;', 'a\n', 'a\u0000'];
  const notOurs = ['a'.repeat(64)];

  for (const name of [...bad, ...notOurs]) {
    const tell = bad.includes(name) ? documented : ours;
    tell(`is not ${JSON.stringify(name)}`, async () => {
      await refuse(
        'validation_failed',
        'POST',
        `${path}/table`,
        { table_name: name },
        { fields: ['body.table_name'] },
      );
      const table = { table_name: service.tableName('named'), columns: [{ column_name: name }] };
      await refuse('validation_failed', 'POST', `${path}/table`, table, {
        fields: ['body.columns[0].column_name'],
      });
      const index = { columns: ['email'], index_name: name };
      await refuse('validation_failed', 'POST', `${path}/indexes/${contacts}`, index, {
        fields: ['body.index_name'],
      });
    });
  }

  ours('has at most 63 characters', async () => {
    const name = service.tableName(`T${'a'.repeat(53)}`);
    assert.equal(name.length, 63);
    const columns = [{ column_name: 'C'.repeat(63) }];
    const data = await accept(201, 'POST', `${path}/table`, { table_name: name, columns });
    assert.equal(data.columns[1].column_name, 'C'.repeat(63));
  });
});

describe('a path accepts the numeric id as well as the name', () => {
  documented('of a table', async () => {
    const { id } = made.table;
    for (const table of [contacts, id]) {
      assert.equal((await accept(200, 'GET', `${path}/table/${table}`)).table.id, id);
      assert.equal((await accept(200, 'GET', `${path}/records/${table}`)).table, contacts);
      assert.equal((await accept(200, 'GET', `${path}/indexes/${table}`)).table, contacts);
      assert.equal((await accept(200, 'GET', `${path}/column/${table}`)).table, contacts);
    }
  });

  documented('of a column', async () => {
    const [, email] = made.columns;
    for (const column of ['email', email.id]) {
      const data = await accept(200, 'PATCH', `${path}/column/${contacts}/${column}`, { is_nullable: true });
      assert.equal(data.column.id, email.id);
    }
  });
});

describe('a column type', () => {
  documented('is INTEGER, REAL, TEXT, BLOB or ANY, in any case, and TEXT by default', async () => {
    const types = ['INTEGER', 'REAL', 'TEXT', 'BLOB', 'ANY'];
    const requested = [...types, ...types.map((type) => type.toLowerCase()), 'Real'];
    const columns = [
      ...requested.map((type, index) => ({ column_name: `c${index}`, column_type: type })),
      { column_name: 'untyped' },
    ];
    const table = { table_name: service.tableName('types'), columns };
    const data = await accept(201, 'POST', `${path}/table`, table);
    assert.deepEqual(
      data.columns.slice(1).map((column: Data) => column.column_type),
      [...types, ...types, 'REAL', 'TEXT'],
    );
  });

  documented('cannot be any other', async () => {
    for (const type of ['', 'VARCHAR', 'INT', 'TEXT ', 'BOOLEAN', 7, null]) {
      const table = {
        table_name: service.tableName('typed'),
        columns: [{ column_name: 'a', column_type: type }],
      };
      const fields = ['body.columns[0].column_type'];
      await refuse('validation_failed', 'POST', `${path}/table`, table, { fields });
    }
  });

  documented('is enforced: a value of another type is refused instead of converted', async () => {
    const wrong = [{ age: 'forty' }, { age: 1.5 }, { weight: 'heavy' }, { photo: 'not base64!' }];
    for (const row of wrong) {
      const { status } = await send('POST', `${path}/records/${contacts}`, row);
      assert.ok(status === 400 || status === 409, `${JSON.stringify(row)}: ${status}`);
    }
    assert.deepEqual((await accept(200, 'GET', `${path}/records/${contacts}`)).rows, []);
  });

  ours('is enforced by the database, and by the service for values that JSON lacks', async () => {
    const records = `${path}/records/${contacts}`;
    for (const row of [{ age: 'forty' }, { age: 1.5 }, { weight: 'heavy' }]) {
      await refuse('constraint_violation', 'POST', records, row);
    }
    await refuse('validation_failed', 'POST', records, { photo: 'not base64!' });
  });
});

describe('a flag', () => {
  const truths = [true, 1, '1', 'true', 'yes', 'on'];
  const others = [false, 0, '0', 'false', 'no', 'off', '', 'TRUE', 'Yes', 2, null];

  documented('is true in the six documented spellings, and is returned as 0 or 1', async () => {
    const columns = [...truths, ...others].map((flag, index) => ({
      column_name: `c${index}`,
      is_nullable: flag,
      is_unique: flag,
    }));
    const table = { table_name: service.tableName('flags'), columns };
    const data = await accept(201, 'POST', `${path}/table`, table);
    const expected = [...truths.map(() => 1), ...others.map(() => 0)];
    for (const flag of ['is_nullable', 'is_unique']) {
      assert.deepEqual(
        data.columns.slice(1).map((column: Data) => column[flag]),
        expected,
      );
    }
  });

  documented('has the same spellings in a query', async () => {
    for (const flag of ['1', 'true', 'yes', 'on']) {
      const page = await accept(200, 'GET', `${path}/records/${contacts}?include_count=${flag}`);
      assert.equal(page.total_count, 0, flag);
    }
    for (const flag of ['0', 'false', 'no', 'off', '', 'TRUE']) {
      const page = await accept(200, 'GET', `${path}/records/${contacts}?include_count=${flag}`);
      assert.equal('total_count' in page, false, flag);
    }
  });
});

describe('names from an imported database', () => {
  ours(
    'can be used everywhere, percent-encoded in paths',
    async () => {
      const project = await service.createProject();
      const { token } = project;
      const home = `/projects/${project.slug}`;
      const headers = { 'content-type': 'application/vnd.sqlite3' };
      const file = databaseFile(`
        CREATE TABLE "Order Details" ("_x" INTEGER PRIMARY KEY, "naïve %/?" TEXT);
        CREATE INDEX "an index" ON "Order Details" ("naïve %/?");
        INSERT INTO "Order Details" VALUES (1, 'as it was');`);
      await accept(201, 'POST', `${home}/import/sqlite`, undefined, { token, body: file, headers });
      const table = 'Order%20Details';
      const column = 'naïve %/?';
      assert.deepEqual(
        (await accept(200, 'GET', `${home}/table/${table}`, undefined, { token })).columns.map(
          ({ column_name }: Data) => column_name,
        ),
        ['_x', column],
      );
      const filters = encodeURIComponent(JSON.stringify({ [column]: 'as it was' }));
      const page = await accept(200, 'GET', `${home}/records/${table}?filters=${filters}`, undefined, {
        token,
      });
      assert.deepEqual(page.rows, [{ _x: 1, [column]: 'as it was' }]);
      const changed = await accept(
        200,
        'PATCH',
        `${home}/records/${table}/1`,
        { [column]: 'new' },
        { token },
      );
      assert.deepEqual(changed, { table: 'Order Details', row: { _x: 1, [column]: 'new' } });
      const index = encodeURIComponent('an index');
      await accept(200, 'DELETE', `${home}/indexes/${table}/${index}`, undefined, { token });
      const indexes = { columns: [column], index_name: 'plain' };
      await accept(201, 'POST', `${home}/indexes/${table}`, indexes, { token });
    },
    { needs: 'projects' },
  );
});

documented('times are UTC, to the second', () => {
  for (const time of [made.table.created_at, made.table.updated_at, made.columns[0].created_at]) {
    assert.match(time, TIMESTAMP);
    assert.ok(Math.abs(Date.parse(time) - begunMs) < 60_000);
  }
});

documented('the id of an export contains its creation time', async () => {
  const { export: manifest } = await accept(201, 'POST', `${path}/export/schema`);
  assert.match(manifest.id, /^exp_\d{8}_\d{6}_[0-9a-f]{10}$/);
  await send('DELETE', `${path}/exports/${manifest.id}`);
});

describe('a body', () => {
  ours('requires a Content-Type of JSON unless it is empty', async () => {
    const body = '{"table_name":"plain"}';
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
      const headers = { 'content-type': type };
      await refuse('unsupported_media_type', 'POST', `${path}/table`, undefined, { body, headers });
    }
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const stored = await accept(201, 'POST', `${path}/records/${contacts}`, undefined, {
      body: '{"email":"Süß 😀"}',
      headers,
    });
    assert.equal(stored.row.email, 'Süß 😀');
    await accept(200, 'DELETE', `${path}/records/${contacts}/${stored.row.id}`);
  });

  ours('counts as {} if it is empty', async () => {
    for (const headers of [{}, { 'content-type': 'application/json' }]) {
      const { token } = await accept(201, 'POST', `${path}/auth/tokens/test`, undefined, { headers });
      await accept(200, 'DELETE', `${path}/auth/tokens/${token.token_id}`);
    }
    await refuse('validation_failed', 'POST', `${path}/table`, undefined, { fields: ['body.table_name'] });
  });

  ours('has at most 10 MiB', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ email: 'x'.repeat(10 * 1024 * 1024) });
    await refuse('payload_too_large', 'POST', `${path}/records/${contacts}`, undefined, { body, headers });
    const fitting = JSON.stringify({ email: 'x'.repeat(10 * 1024 * 1024 - 100) });
    const { row } = await accept(201, 'POST', `${path}/records/${contacts}`, undefined, {
      body: fitting,
      headers,
    });
    await accept(200, 'DELETE', `${path}/records/${contacts}/${row.id}`);
  });
});

ours('long answers are compressed as Accept-Encoding says', async () => {
  for (const [accepted, encoding] of [
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['gzip;q=0, identity', null],
    ['identity', null],
  ] as const) {
    // fetch decompresses the answer, and keeps the header.
    const { headers, body } = await send('GET', `${path}/table/${contacts}`, undefined, {
      headers: { 'accept-encoding': accepted },
    });
    assert.equal(body.data.table.table_name, contacts);
    assert.equal(headers.get('vary'), 'Accept-Encoding');
    assert.equal(headers.get('content-encoding'), encoding);
  }
});

ours('a body may be compressed with gzip', async () => {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  const { row } = await accept(201, 'POST', `${path}/records/${contacts}`, undefined, {
    headers,
    body: gzipSync('{"email":"Süß 😀"}'),
  });
  assert.equal(row.email, 'Süß 😀');
  await accept(200, 'DELETE', `${path}/records/${contacts}/${row.id}`);
  const bomb = { headers, body: gzipSync(Buffer.alloc(11 * 1024 * 1024)) };
  await refuse('payload_too_large', 'POST', `${path}/records/${contacts}`, undefined, bomb);
  const unknown = { headers: { ...headers, 'content-encoding': 'br' }, body: '{}' };
  await refuse('unsupported_media_type', 'POST', `${path}/records/${contacts}`, undefined, unknown);
});

describe('methods', () => {
  ours('HEAD works for every URL with GET, without a body', async () => {
    for (const url of [`${path}/records/${contacts}`, `${path}/table/${contacts}`, `${path}/auth/me`, path]) {
      const headers = { 'accept-encoding': 'identity' };
      const got = await service.fetch('GET', url, undefined, { headers });
      const headed = await service.fetch('HEAD', url, undefined, { headers });
      assert.equal(headed.status, 200);
      assert.equal(await headed.text(), '');
      assert.equal(headed.headers.get('content-type'), got.headers.get('content-type'));
      assert.equal(headed.headers.get('content-length'), String((await got.arrayBuffer()).byteLength));
    }
  });

  ours('OPTIONS and 405 list the methods of a URL in Allow', async () => {
    const urls: Readonly<Record<string, readonly string[]>> = {
      [`${path}/records/${contacts}`]: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST'],
      [`${path}/records/${contacts}/1`]: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH'],
      [`${path}/auth/me`]: ['GET', 'HEAD', 'OPTIONS'],
    };
    for (const [url, methods] of Object.entries(urls)) {
      const requested = await send('OPTIONS', url);
      assert.equal(requested.status, 200);
      const { headers } = await send('PUT', url, {});
      await refuse('method_not_allowed', 'PUT', url, {});
      for (const allow of [requested.headers.get('allow'), headers.get('allow')]) {
        assert.deepEqual(allow?.split(', ').toSorted(), methods);
      }
    }
  });
});
