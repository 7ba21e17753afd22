import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { assertKeys, type Data, TIMESTAMP } from './answer.ts';
import { documented, ours } from './contract.ts';
import { openService } from './tested-service.ts';
import { refusesEach } from './wrong-fields.ts';

const service = await openService();
after(() => service.close());
const { path, slug, accept, refuse, fetch } = service;

const MANIFEST_KEYS = [
  'id',
  'kind',
  'scope',
  'project',
  'table',
  'format',
  'download_name',
  'download_url',
  'storage_backend',
  'content_type',
  'row_count',
  'table_count',
  'size_bytes',
  'status',
  'status_reason',
  'missing_at',
  'created_at',
  'expires_at',
];
const OUR_KEYS = { ours: ['sha256', 'download_count', 'progress', 'notes'] };
const UNKNOWN = 'exp_20260101_000000_0123456789';

const contacts = service.tableName('contacts');
const { table } = await accept(201, 'POST', `${path}/table`, {
  table_name: contacts,
  columns: [{ column_name: 'email' }, { column_name: 'age', column_type: 'INTEGER' }],
});
for (const row of [
  { email: 'ada@example.com', age: 36 },
  { email: 'bob@example.com', age: null },
]) {
  await accept(201, 'POST', `${path}/records/${contacts}`, row);
}
const SCHEMA = `${path}/export/schema`;
const TABLE = `${path}/export/table/${contacts}`;
const DATABASE = `${path}/export/database`;
const { export: shown } = await accept(201, 'POST', SCHEMA);

async function make(endpoint: string, json?: unknown): Promise<Data> {
  const data = await accept(201, 'POST', endpoint, json);
  assertKeys(data, ['export']);
  assertKeys(data.export, MANIFEST_KEYS, OUR_KEYS);
  return data.export;
}

async function bytesOf(made: Data): Promise<Buffer> {
  const response = await fetch('GET', made.download_url);
  assert.equal(response.status, 200);
  return Buffer.from(await response.arrayBuffer());
}

async function exportedIds(body: object): Promise<readonly number[]> {
  const made = await make(TABLE, { format: 'json', columns: ['id'], ...body });
  return JSON.parse(String(await bytesOf(made))).map(({ id }: Data) => id);
}

async function exportedText(body: object): Promise<string> {
  return String(await bytesOf(await make(TABLE, { columns: ['email', 'age'], ...body })));
}

function pathOfLink({ url }: Data): string {
  return url.slice(url.indexOf('/shared/'));
}

/** The content of every manifest of a ready export. */
function assertReady(made: Data): void {
  assert.match(made.id, /^exp_\d{8}_\d{6}_[0-9a-f]{10}$/);
  assert.match(made.created_at, TIMESTAMP);
  assert.equal(made.project, slug);
  assert.equal(made.download_url, `${path}/export/download/${made.id}`);
  assert.deepEqual([made.storage_backend, made.status], ['local', 'ready']);
  assert.deepEqual([made.missing_at, made.expires_at], [null, null]);
  assert.ok(Number.isInteger(made.size_bytes) && made.size_bytes > 0);
}

describe('POST /projects/{p}/export/schema', () => {
  documented('is json by default or sql, and has no table and row counts', async () => {
    for (const [body, format, type] of [
      [{}, 'json', 'application/json; charset=utf-8'],
      [{ format: 'sql' }, 'sql', 'application/sql; charset=utf-8'],
    ] as const) {
      const made = await make(SCHEMA, body);
      assertReady(made);
      assert.deepEqual([made.kind, made.scope, made.table], ['schema_export', 'project', null]);
      assert.deepEqual([made.format, made.content_type], [format, type]);
      assert.equal(made.download_name, `${slug}_schema_export.${format}`);
      assert.deepEqual([made.row_count, made.table_count], [null, null]);
      const text = String(await bytesOf(made));
      assert.ok(text.includes(contacts));
      if (format === 'json') JSON.parse(text);
    }
  });

  documented('accepts a file name and appends the extension', async () => {
    assert.equal((await make(SCHEMA, { file_name: 'plan' })).download_name, 'plan.json');
    assert.equal((await make(SCHEMA, { file_name: 'plan.json' })).download_name, 'plan.json');
  });

  documented('refuses another format with the documented message', async () => {
    for (const format of ['csv', 'yaml', '', 'JSON']) {
      const error = await refuse('invalid_export_format', 'POST', SCHEMA, { format });
      assert.equal(error.message, 'format must be json or sql for schema exports.');
    }
  });

  ours('lists every supported format in the error details', async () => {
    const fields = { fields: ['body.format'] };
    const error = await refuse('invalid_export_format', 'POST', SCHEMA, { format: 'yaml' }, fields);
    assert.match(error.details?.[0]?.message ?? '', /^must be one of json, sql\b/);
  });

  refusesEach(
    service,
    { method: 'POST', path: SCHEMA, body: {} },
    {
      'body.format': [7, null, []],
      'body.file_name': [7, null, '', '../a', 'a/b', 'a\\b', 'a"b', 'a\nb', 'x'.repeat(300)],
      'body.expires_in': [0, -1, 1.5, '1', null, 1e12],
      'body.colour': ['red'],
    },
  );
});

describe('POST /projects/{p}/export/table/{table}', () => {
  documented('is csv by default, with a row count', async () => {
    for (const name of [contacts, contacts.toUpperCase(), table.id]) {
      const made = await make(`${path}/export/table/${name}`);
      assertReady(made);
      assert.deepEqual([made.kind, made.scope, made.table], ['table_export', 'project', contacts]);
      assert.deepEqual([made.format, made.content_type], ['csv', 'text/csv; charset=utf-8']);
      assert.equal(made.download_name, `${contacts}.csv`);
      assert.deepEqual([made.row_count, made.table_count], [2, null]);
      const lines = String(await bytesOf(made))
        .trimEnd()
        .split(/\r?\n/);
      assert.equal(lines[0], 'id,email,age');
      assert.equal(lines.length, 3);
    }
  });

  ours('can be json or ndjson', async () => {
    const rows = [
      { id: 1, email: 'ada@example.com', age: 36 },
      { id: 2, email: 'bob@example.com', age: null },
    ];
    const json = await make(TABLE, { format: 'json' });
    assert.deepEqual(
      [json.download_name, json.content_type],
      [`${contacts}.json`, 'application/json; charset=utf-8'],
    );
    assert.deepEqual(JSON.parse(String(await bytesOf(json))), rows);
    const ndjson = await make(TABLE, { format: 'ndjson' });
    assert.deepEqual(
      [ndjson.download_name, ndjson.content_type],
      [`${contacts}.ndjson`, 'application/x-ndjson; charset=utf-8'],
    );
    const lines = String(await bytesOf(ndjson))
      .trimEnd()
      .split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      rows,
    );
  });

  ours('accepts columns, filters, an order, a limit and an offset', async () => {
    assert.deepEqual(await exportedIds({}), [1, 2]);
    assert.deepEqual(await exportedIds({ columns: 'id,age', filters: { age: 36 } }), [1]);
    assert.deepEqual(await exportedIds({ filters: [{ column: 'age', op: 'is_null' }] }), [2]);
    assert.deepEqual(await exportedIds({ sort: 'id', order: 'desc' }), [2, 1]);
    assert.deepEqual(await exportedIds({ sort: '-id', limit: 1 }), [2]);
    assert.deepEqual(await exportedIds({ offset: 1, limit: 5 }), [2]);
    assert.deepEqual(await exportedIds({ limit: 0 }), []);
  });

  ours('applies the csv options', async () => {
    assert.ok((await exportedText({ delimiter: ';' })).startsWith('email;age'));
    assert.ok((await exportedText({ bom: true })).startsWith('\uFEFFemail'));
    assert.ok((await exportedText({ spreadsheet_safe: 'yes' })).startsWith('email,age'));
  });

  ours('refuses csv options with any other format', async () => {
    for (const format of ['json', 'ndjson']) {
      for (const [name, value] of [
        ['delimiter', ';'],
        ['bom', true],
        ['spreadsheet_safe', false],
      ] as const) {
        const fields = { fields: [`body.${name}`] };
        await refuse('validation_failed', 'POST', TABLE, { format, [name]: value }, fields);
      }
    }
  });

  documented('is not_found for a table that does not exist', async () => {
    await refuse('not_found', 'POST', `${path}/export/table/nothing_like_it`);
  });

  documented('refuses another format', async () => {
    await refuse('invalid_export_format', 'POST', TABLE, { format: 'xml' });
  });

  ours('refuses another format with this message', async () => {
    const error = await refuse(
      'invalid_export_format',
      'POST',
      TABLE,
      { format: 'zip' },
      { fields: ['body.format'] },
    );
    assert.equal(error.message, 'format must be csv, json or ndjson for table exports.');
    assert.equal(error.details?.[0]?.message, 'must be one of csv, json, ndjson');
  });

  refusesEach(
    service,
    {
      method: 'POST',
      path: TABLE,
      body: { columns: ['id'], filters: [{ column: 'id', op: '=', value: 1 }] },
    },
    {
      'body.format': [7, null, []],
      'body.columns': ['', 7, null, [], {}],
      'body.columns[0]': ['nothing'],
      'body.filters': [7, true],
      'body.filters[0].column': ['nothing', 7],
      'body.filters[0].op': ['~'],
      'body.sort': ['', 7, null, 'nothing'],
      'body.order': ['up', 7, null],
      'body.limit': [-1, 1.5, '1', null],
      'body.offset': [-1, 1.5, '1', null],
      'body.delimiter': ['', ',,', 'a', 7, null],
      'body.bom': [[], {}],
      'body.spreadsheet_safe': [[], {}],
      'body.file_name': ['', 'a/b', 7],
      'body.expires_in': [0, '1', null],
      'body.colour': ['red'],
    },
  );
});

describe('POST /projects/{p}/export/database', () => {
  documented('is a zip archive by default, with table and row counts', async () => {
    const made = await make(DATABASE);
    assertReady(made);
    assert.deepEqual([made.kind, made.scope, made.table], ['database_export', 'project', null]);
    assert.deepEqual([made.format, made.content_type], ['zip', 'application/zip']);
    assert.equal(made.download_name, `${slug}_database_export.zip`);
    assert.ok(made.table_count >= 1 && made.row_count >= 2);
    assert.equal((await bytesOf(made)).toString('latin1', 0, 4), 'PK\u0003\u0004');
  });

  documented('can be zip-csv or json', async () => {
    const csv = await make(DATABASE, { format: 'zip-csv' });
    assert.deepEqual([csv.format, csv.download_name], ['zip-csv', `${slug}_database_export.zip`]);
    const json = await make(DATABASE, { format: 'json' });
    assert.equal(json.download_name, `${slug}_database_export.json`);
    assert.equal(json.content_type, 'application/json; charset=utf-8');
    assert.ok(String(await bytesOf(json)).includes('ada@example.com'));
  });

  ours('can be sql or sqlite', async () => {
    const sql = await make(DATABASE, { format: 'sql' });
    assert.deepEqual(
      [sql.download_name, sql.content_type],
      [`${slug}_database_export.sql`, 'application/sql; charset=utf-8'],
    );
    const sqlite = await make(DATABASE, { format: 'sqlite' });
    assert.deepEqual(
      [sqlite.download_name, sqlite.content_type],
      [`${slug}_database_export.sqlite`, 'application/vnd.sqlite3'],
    );
    assert.equal((await bytesOf(sqlite)).toString('latin1', 0, 16), 'SQLite format 3\0');
  });

  documented('accepts a selection of tables, and of the rows of each', async () => {
    const made = await make(DATABASE, {
      format: 'json',
      include_tables: [contacts],
      table_options: { [contacts]: { columns: ['email'], filters: { age: 36 } } },
    });
    assert.deepEqual([made.table_count, made.row_count], [1, 1]);
    const all = await make(DATABASE, { format: 'json' });
    const others = await make(DATABASE, { format: 'json', exclude_tables: [contacts] });
    assert.equal(others.table_count, all.table_count - 1);
  });

  ours('has the tables in one document as json', async () => {
    const made = await make(DATABASE, { format: 'json', include_tables: [contacts.toUpperCase()] });
    const document = JSON.parse(String(await bytesOf(made)));
    assert.deepEqual([document.format, document.format_version], ['rowhouse.database', 1]);
    assert.deepEqual(Object.keys(document.tables), [contacts]);
    assert.equal(document.tables[contacts].length, 2);
  });

  documented('refuses another format', async () => {
    await refuse('invalid_export_format', 'POST', DATABASE, { format: 'csv' });
  });

  ours('refuses another format with this message', async () => {
    const error = await refuse(
      'invalid_export_format',
      'POST',
      DATABASE,
      { format: 'csv' },
      { fields: ['body.format'] },
    );
    assert.equal(error.message, 'format must be zip, zip-csv, json, sql or sqlite for database exports.');
    assert.equal(error.details?.[0]?.message, 'must be one of zip, zip-csv, json, sql, sqlite');
  });

  const options = { [contacts]: { limit: 1 } };
  refusesEach(
    service,
    { method: 'POST', path: DATABASE, body: { include_tables: [contacts], table_options: options } },
    {
      'body.format': [7, null, []],
      'body.include_tables': ['a', 7, null, []],
      'body.exclude_tables': ['a', 7, null],
      'body.table_options': ['a', 7, null, []],
      [`body.table_options.${contacts}.limit`]: [-1, 'a', null],
      [`body.table_options.${contacts}.colour`]: ['red'],
      'body.file_name': ['', 'a/b', 7],
      'body.expires_in': [0, '1', null],
      'body.colour': ['red'],
    },
  );
});

describe('the scopes and tables of a token', () => {
  const whole = ['exports', 'schema:read', 'records:read'];
  const cases: readonly (readonly [name: string, grant: object, ofTable: boolean, ofProject: boolean])[] = [
    ['exports alone', { scopes: ['exports'] }, false, false],
    ['exports and schema:read', { scopes: ['exports', 'schema:read'] }, false, false],
    ['exports and records:read', { scopes: ['exports', 'records:read'] }, true, false],
    ['all scopes that an export needs', { scopes: whole }, true, true],
    ['the same, limited to the table', { scopes: whole, tables: [contacts.toUpperCase()] }, true, false],
    ['the same, limited to another table', { scopes: whole, tables: ['nothing_like_it'] }, false, false],
    ['no scopes or tables', {}, true, true],
  ];
  for (const [name, grant, ofTable, ofProject] of cases) {
    ours(
      `allow or forbid creating, reading, downloading, linking and deleting an export, with ${name}`,
      async () => {
        const body = { revoke_previous: false, ...grant };
        const issued = await accept(201, 'POST', `${path}/auth/tokens`, body);
        const as = { token: issued.token.token };
        for (const [endpoint, allowed] of [
          [TABLE, ofTable],
          [SCHEMA, ofProject],
          [DATABASE, ofProject],
        ] as const) {
          const made = await make(endpoint);
          const there = `${path}/exports/${made.id}`;
          const { exports } = await accept(200, 'GET', `${path}/exports?limit=500`, undefined, as);
          assert.equal(
            exports.some(({ id }: Data) => id === made.id),
            allowed,
          );
          const download = await fetch('GET', made.download_url, undefined, as);
          await download.arrayBuffer();
          assert.equal(download.status, allowed ? 200 : 403);
          if (allowed) {
            await accept(201, 'POST', endpoint, undefined, as);
            await accept(200, 'GET', there, undefined, as);
            await accept(201, 'POST', `${there}/link`, undefined, as);
            await accept(200, 'DELETE', there, undefined, as);
          } else {
            await refuse('permission_denied', 'POST', endpoint, undefined, as);
            await refuse('permission_denied', 'GET', there, undefined, as);
            await refuse('permission_denied', 'POST', `${there}/link`, undefined, as);
            await refuse('permission_denied', 'DELETE', there, undefined, as);
          }
        }
        await accept(200, 'DELETE', `${path}/auth/tokens/${issued.token.token_id}`);
      },
    );
  }
});

describe('Prefer: respond-async', () => {
  ours('returns 202, and the export becomes ready later', async () => {
    const options = { headers: { prefer: 'respond-async' } };
    const response = await fetch('POST', TABLE, { format: 'ndjson', offset: 1 }, options);
    assert.equal(response.status, 202);
    assert.equal(response.headers.get('preference-applied'), 'respond-async');
    const answer = (await response.json()) as { readonly data: { readonly export: Data } };
    let made = answer.data.export;
    assertKeys(made, MANIFEST_KEYS, OUR_KEYS);
    assert.equal(made.status, 'pending');
    assert.deepEqual([made.size_bytes, made.sha256, made.row_count], [null, null, null]);
    for (let attempt = 0; made.status !== 'ready'; attempt += 1) {
      assert.ok(attempt < 3_000, 'it is not ready after a minute');
      await setTimeout(20);
      assert.ok(['pending', 'running'].includes(made.status), made.status_reason);
      made = (await accept(200, 'GET', `${path}/exports/${made.id}`)).export;
    }
    assert.equal(made.row_count, 1);
  });
});

describe('expires_in', () => {
  ours('sets expires_at', async () => {
    const made = await make(TABLE, { expires_in: 3_600 });
    const seconds = (Date.parse(made.expires_at) - Date.parse(made.created_at)) / 1_000;
    assert.ok(Math.abs(seconds - 3_600) <= 1, `${seconds}`);
  });
});

describe('GET /projects/{p}/exports', () => {
  documented('lists the exports, newest first, in pages', async () => {
    const older = await make(SCHEMA);
    const newer = await make(TABLE);
    const data = await accept(200, 'GET', `${path}/exports?limit=2`);
    assertKeys(data, ['exports', 'limit', 'offset', 'returned', 'has_more']);
    for (const each of data.exports) assertKeys(each, MANIFEST_KEYS, OUR_KEYS);
    assert.deepEqual(
      data.exports.map(({ id }: Data) => id),
      [newer.id, older.id],
    );
    assert.deepEqual([data.limit, data.offset, data.returned, data.has_more], [2, 0, 2, true]);
    const next = await accept(200, 'GET', `${path}/exports?limit=1&offset=1`);
    assert.equal(next.exports[0].id, older.id);
    const all = await accept(200, 'GET', `${path}/exports?offset=100000`);
    assert.deepEqual([all.limit, all.returned, all.has_more], [50, 0, false]);
  });

  documented('lists the exports with a given status', async () => {
    const { id } = await make(SCHEMA);
    for (const [status, found] of [
      ['ready', true],
      ['all', true],
      ['not_found', false],
    ] as const) {
      const { exports } = await accept(200, 'GET', `${path}/exports?limit=500&status=${status}`);
      assert.equal(
        exports.some((each: Data) => each.id === id),
        found,
        status,
      );
    }
  });

  ours('also lists exports that are not ready', async () => {
    for (const status of ['pending', 'running', 'failed', 'expired']) {
      const { exports } = await accept(200, 'GET', `${path}/exports?status=${status}`);
      for (const each of exports) assert.equal(each.status, status);
    }
  });

  refusesEach(
    service,
    { method: 'GET', path: `${path}/exports` },
    {
      'query.status': ['gone', '', 'Ready'],
      'query.limit': ['0', '501', '-1', 'many', '1.5'],
      'query.offset': ['-1', 'many', '1.5'],
      'query.colour': ['red'],
    },
  );
});

describe('GET and DELETE /projects/{p}/exports/{id}', () => {
  ours('returns an export, and deletes it with its file', async () => {
    const made = await make(SCHEMA);
    const data = await accept(200, 'GET', `${path}/exports/${made.id}`);
    assertKeys(data, ['export']);
    assert.deepEqual(data.export, made);
    const deleted = await accept(200, 'DELETE', `${path}/exports/${made.id}`);
    assert.deepEqual(deleted, { deleted: true, export_id: made.id });
    await refuse('not_found', 'GET', `${path}/exports/${made.id}`);
    await refuse('not_found', 'GET', made.download_url);
    await refuse('not_found', 'DELETE', `${path}/exports/${made.id}`);
  });

  ours('is not_found for an unknown id', async () => {
    for (const id of [UNKNOWN, 'x', '%00', '..%2Fx']) {
      await refuse('not_found', 'GET', `${path}/exports/${id}`);
      await refuse('not_found', 'DELETE', `${path}/exports/${id}`);
      await refuse('not_found', 'POST', `${path}/exports/${id}/link`);
    }
  });
});

describe('GET /projects/{p}/export/download/{export_id}', () => {
  documented('returns the bytes with their type and file name', async () => {
    const made = await make(TABLE);
    const response = await fetch('GET', made.download_url);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8');
    assert.equal(response.headers.get('content-disposition'), `attachment; filename="${contacts}.csv"`);
    assert.equal((await response.arrayBuffer()).byteLength, made.size_bytes);
    await refuse('not_found', 'GET', `${path}/export/download/${UNKNOWN}`);
    await refuse('missing_authorization', 'GET', made.download_url, undefined, { token: null });
  });

  ours('returns the headers for caching and resuming', async () => {
    const made = await make(TABLE, { file_name: 'größe' });
    const { headers } = await fetch('HEAD', made.download_url);
    assert.equal(headers.get('content-length'), String(made.size_bytes));
    assert.equal(headers.get('etag'), `"${made.sha256}"`);
    assert.ok(Date.parse(headers.get('last-modified') ?? '') >= Date.parse(made.created_at));
    assert.equal(headers.get('accept-ranges'), 'bytes');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('cache-control'), 'private');
    assert.equal(
      headers.get('content-disposition'),
      `attachment; filename="gr__e.csv"; filename*=UTF-8''gr%C3%B6%C3%9Fe.csv`,
    );
    const whole = await bytesOf(made);
    assert.equal(createHash('sha256').update(whole).digest('hex'), made.sha256);

    const ranged = async (range: string, more: Readonly<Record<string, string>> = {}) => {
      const response = await fetch('GET', made.download_url, undefined, { headers: { range, ...more } });
      return {
        status: response.status,
        bytes: Buffer.from(await response.arrayBuffer()),
        headers: response.headers,
      };
    };
    for (const [range, start, end] of [
      ['bytes=0-3', 0, 4],
      ['bytes=5-', 5, whole.byteLength],
      ['bytes=-4', whole.byteLength - 4, whole.byteLength],
    ] as const) {
      const part = await ranged(range, { 'if-range': `"${made.sha256}"` });
      assert.equal(part.status, 206);
      assert.equal(part.headers.get('content-range'), `bytes ${start}-${end - 1}/${whole.byteLength}`);
      assert.deepEqual(part.bytes, whole.subarray(start, end));
    }
    assert.equal((await ranged('bytes=5-', { 'if-range': '"other"' })).status, 200);
    const beyond = await ranged(`bytes=${whole.byteLength}-`);
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers.get('content-range'), `bytes */${whole.byteLength}`);
    const same = { 'if-none-match': `"${made.sha256}"` };
    assert.equal((await fetch('GET', made.download_url, undefined, { headers: same })).status, 304);
    const other = await fetch('GET', made.download_url, undefined, { headers: { 'if-match': '"other"' } });
    assert.equal(other.status, 412);
    const since = { 'if-unmodified-since': 'Thu, 01 Jan 2015 00:00:00 GMT' };
    await refuse('precondition_failed', 'GET', made.download_url, undefined, { headers: since });
    const tagged = { ...since, 'if-match': `"${made.sha256}"` };
    assert.equal((await fetch('GET', made.download_url, undefined, { headers: tagged })).status, 200);
    const head = await fetch('HEAD', made.download_url, undefined, { headers: { range: 'bytes=0-3' } });
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(made.size_bytes)]);
  });

  ours(
    'cannot reach an export of another project',
    async () => {
      const made = await make(SCHEMA);
      const rival = await service.createProject();
      const options = { token: rival.token };
      await refuse('invalid_token', 'GET', made.download_url, undefined, options);
      const elsewhere = `/projects/${rival.slug}`;
      await refuse('not_found', 'GET', `${elsewhere}/export/download/${made.id}`, undefined, options);
      await refuse('not_found', 'GET', `${elsewhere}/exports/${made.id}`, undefined, options);
      await refuse('not_found', 'DELETE', `${elsewhere}/exports/${made.id}`, undefined, options);
    },
    { needs: 'projects' },
  );
});

describe('links', () => {
  const linkOf = async (made: Data, json?: unknown): Promise<Data> => {
    const data = await accept(201, 'POST', `${path}/exports/${made.id}/link`, json);
    assertKeys(data, ['link']);
    assertKeys(data.link, ['url', 'export_id', 'expires_at']);
    assert.match(data.link.expires_at, TIMESTAMP);
    return data.link;
  };

  ours('download the export without a token until they are revoked', async () => {
    const made = await make(TABLE);
    const link = await linkOf(made);
    const without = { token: null };
    const response = await fetch('GET', pathOfLink(link), undefined, without);
    assert.equal(response.status, 200);
    assert.equal((await response.arrayBuffer()).byteLength, made.size_bytes);
    const altered = await fetch('GET', `${pathOfLink(link)}x`, undefined, without);
    assert.equal(altered.status, 403);
    await altered.arrayBuffer();
    assert.deepEqual(await accept(200, 'DELETE', `${path}/export/links`), { ended: true });
    const ended = await fetch('GET', pathOfLink(link), undefined, without);
    assert.equal(ended.status, 403);
    await ended.arrayBuffer();
  });

  ours('end with the token that creates them, which they cannot outlast', async () => {
    const made = await make(TABLE);
    const request = { revoke_previous: false, expires_at: new Date(Date.now() + 600_000).toISOString() };
    const { token } = await accept(201, 'POST', `${path}/auth/tokens`, request);
    const as = { token: token.token };
    const there = `${path}/exports/${made.id}/link`;
    const refused = { ...as, fields: ['body.expires_in'] };
    await refuse('permission_denied', 'POST', there, { expires_in: 601 }, refused);
    const { link } = await accept(201, 'POST', there, {}, as);
    assert.equal(link.expires_at, token.expires_at);
    await accept(200, 'DELETE', `${path}/auth/tokens/${token.token_id}`);
    const ended = await fetch('GET', pathOfLink(link), undefined, { token: null });
    assert.equal(ended.status, 403);
    await ended.arrayBuffer();
  });

  refusesEach(
    service,
    { method: 'POST', path: `${path}/exports/${shown.id}/link`, body: {} },
    { 'body.expires_in': [0, -1, 1.5, '1', null, 31_536_001], 'body.colour': ['red'] },
  );
});
