import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { exportLater, exportNow, projectOf, whenExport } from '../../testing/http/exports.ts';
import type { Answer, CallOptions, TestServer } from '../../testing/http/test-server.ts';

/** Every object that the token may not use is named `zz_hidden_…`, and linked to the others in every way. */
const DATABASE = `
  CREATE TABLE zz_hidden_parent (zz_hidden_id INTEGER PRIMARY KEY, zz_hidden_code TEXT UNIQUE);
  INSERT INTO zz_hidden_parent VALUES (1, 'first'), (2, 'second');
  CREATE TABLE zz_hidden_log (id INTEGER PRIMARY KEY, note TEXT NOT NULL UNIQUE,
    CONSTRAINT zz_hidden_short CHECK (length(note) < 20));
  CREATE UNIQUE INDEX zz_hidden_index ON zz_hidden_log (lower(note));
  INSERT INTO zz_hidden_log (note) VALUES ('taken');

  CREATE TABLE orders (id INTEGER PRIMARY KEY, total REAL CONSTRAINT positive CHECK (total >= 0), code TEXT UNIQUE,
    state TEXT NOT NULL DEFAULT 'open', parent INTEGER REFERENCES zz_hidden_parent ON DELETE CASCADE,
    twice REAL AS (total * 2));
  INSERT INTO orders (id, total, code) VALUES (1, 9.5, 'a'), (2, 1, 'b'), (3, 2, 'c'), (4, 3, 'd');
  CREATE TABLE lines (id INTEGER PRIMARY KEY, of INTEGER REFERENCES orders, price REAL);
  INSERT INTO lines VALUES (1, 4, 1.5);
  CREATE UNIQUE INDEX rounded ON lines (round(price));
  CREATE TABLE zz_hidden_child (id INTEGER PRIMARY KEY, of INTEGER REFERENCES orders ON DELETE RESTRICT);
  INSERT INTO zz_hidden_child VALUES (1, 1);
  CREATE TABLE zz_hidden_plain (id INTEGER PRIMARY KEY, of INTEGER REFERENCES orders);
  INSERT INTO zz_hidden_plain VALUES (1, 3), (2, 4);
  CREATE TABLE zz_hidden_cascade (id INTEGER PRIMARY KEY, of INTEGER REFERENCES orders ON DELETE CASCADE ON UPDATE CASCADE
    CONSTRAINT zz_hidden_small CHECK (of < 1000));
  INSERT INTO zz_hidden_cascade VALUES (1, 2);
  CREATE TABLE stuck (id INTEGER PRIMARY KEY, x);
  CREATE TABLE lost (id INTEGER PRIMARY KEY, x REFERENCES zz_hidden_gone (x));
  CREATE TABLE odd (id INTEGER PRIMARY KEY, x REFERENCES zz_hidden_plain (zz_hidden_column));

  CREATE TRIGGER zz_hidden_insert AFTER INSERT ON orders WHEN NEW.state <> 'open'
    BEGIN INSERT INTO zz_hidden_log (note) VALUES (iif(NEW.state = 'none', NULL, NEW.state)); END;
  CREATE TRIGGER zz_hidden_raise BEFORE UPDATE ON orders WHEN NEW.total = 99
    BEGIN SELECT RAISE(ABORT, 'the table zz_hidden_log is full'); END;
  CREATE TRIGGER zz_hidden_words BEFORE UPDATE ON orders WHEN NEW.total = 98
    BEGIN SELECT RAISE(ABORT, 'the order is closed'); END;
  CREATE TRIGGER zz_hidden_broken AFTER INSERT ON stuck BEGIN INSERT INTO zz_hidden_gone VALUES (1); END;
  CREATE TRIGGER zz_hidden_columns AFTER UPDATE ON stuck BEGIN UPDATE zz_hidden_log SET zz_hidden_none = 1; END;

  CREATE VIEW own_view AS SELECT id, total FROM orders;
  CREATE VIEW own_nested AS SELECT o.id, l.price FROM own_view o JOIN lines l ON l.of = o.id;
  CREATE VIEW own_list AS SELECT value AS id FROM json_each('[1, 2]');
  CREATE VIEW own_names AS WITH zz_hidden_parent AS (SELECT 1 AS id) SELECT 2 AS id FROM zz_hidden_parent;
  CREATE VIEW zz_hidden_view AS SELECT id FROM orders;
  CREATE VIEW secret_rows AS SELECT zz_hidden_id AS id FROM zz_hidden_parent;
  CREATE VIEW secret_join AS SELECT o.id FROM orders o LEFT JOIN zz_hidden_parent p ON p.zz_hidden_id = o.parent;
  CREATE VIEW secret_count AS SELECT count(*) AS id FROM zz_hidden_parent;
  CREATE VIEW secret_exists AS SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM zz_hidden_log);
  CREATE VIEW secret_nested AS SELECT id FROM secret_rows;
  CREATE VIEW secret_through AS SELECT id FROM zz_hidden_view;
  CREATE VIEW secret_schema AS SELECT name AS id FROM sqlite_schema;
  CREATE VIEW secret_broken AS SELECT zz_hidden_a AS id FROM zz_hidden_gone;
  CREATE VIEW zz_hidden_broken_view AS SELECT zz_hidden_a AS id FROM zz_hidden_gone;
  CREATE TRIGGER zz_hidden_instead INSTEAD OF INSERT ON own_view
    BEGIN INSERT INTO zz_hidden_log (note) VALUES (NEW.total); END;
  CREATE VIEW own_prices AS SELECT id, price FROM lines;
  CREATE TRIGGER zz_hidden_prices INSTEAD OF INSERT ON own_prices
    BEGIN INSERT INTO lines (id, price) VALUES (NEW.id, NEW.price); END;
  CREATE TRIGGER zz_hidden_instead_2 INSTEAD OF INSERT ON secret_rows
    BEGIN INSERT INTO zz_hidden_parent (zz_hidden_id) VALUES (NEW.id); END;

  CREATE VIRTUAL TABLE own_search USING fts5(words);
  INSERT INTO own_search VALUES ('nails and screws');
  CREATE VIRTUAL TABLE own_vocabulary USING fts5vocab(own_search, row);
  CREATE VIRTUAL TABLE own_content USING fts5(code, content=orders, content_rowid=id);
  CREATE VIRTUAL TABLE own_boxes USING rtree(id, x0, x1);
  INSERT INTO own_boxes VALUES (1, 0, 1);
  CREATE VIRTUAL TABLE zz_hidden_search USING fts5(words);
  INSERT INTO zz_hidden_search VALUES ('secret');
  CREATE VIRTUAL TABLE secret_vocabulary USING fts5vocab(zz_hidden_search, row);
  CREATE VIRTUAL TABLE secret_content USING fts5(zz_hidden_code, content=zz_hidden_parent, content_rowid=zz_hidden_id);
  INSERT INTO secret_content (secret_content) VALUES ('rebuild');
  CREATE VIRTUAL TABLE secret_over_view USING fts5(id, content=secret_rows, content_rowid=id);
  CREATE VIRTUAL TABLE secret_words USING fts5vocab(secret_content, row);
  CREATE VIRTUAL TABLE secret_fts4 USING fts4(content="zz_hidden_parent", zz_hidden_code);
  CREATE VIEW secret_found AS SELECT rowid AS id FROM secret_content;
  CREATE VIRTUAL TABLE secret_pages USING dbstat;`;

const READABLE = [
  'orders',
  'own_view',
  'own_nested',
  'own_list',
  'own_names',
  'own_prices',
  'own_search',
  'own_vocabulary',
  'own_content',
  'own_boxes',
];
const SECRET = [
  'secret_rows',
  'secret_join',
  'secret_count',
  'secret_exists',
  'secret_nested',
  'secret_through',
  'secret_schema',
  'secret_broken',
  'secret_vocabulary',
  'secret_content',
  'secret_over_view',
  'secret_words',
  'secret_fts4',
  'secret_found',
  'secret_pages',
];
const TABLES = [...READABLE, ...SECRET, 'lines', 'stuck', 'lost', 'odd'];

const DENIED = 'permission_denied The token may not access this table.';

let server: TestServer;
let admin: string;
let limited: string;

before(async () => {
  server = await borrowTestServer();
  admin = await projectOf(server, 'shop', DATABASE);
  limited = await tokenFor(TABLES);
});
after(() => server[Symbol.asyncDispose]());

async function tokenFor(tables: readonly string[]): Promise<string> {
  const json = { tables, revoke_previous: false };
  const { body } = await server.call('POST', '/projects/shop/auth/tokens', { token: admin, json });
  return String(body.data.token.token);
}

/** Sends a request with the limited token, and checks that nothing in the answer names a hidden object. */
async function send(method: string, path: string, json?: unknown, headers = {}): Promise<Answer> {
  const options = json === undefined ? { headers } : { headers, json };
  const answer = await server.call(method, `/projects/shop${path}`, { token: limited, ...options });
  assert.doesNotMatch(textOf(answer), /zz_hidden/i, `${method} ${path} ${JSON.stringify(json)}`);
  return answer;
}

function textOf({ headers, body }: Answer): string {
  return JSON.stringify([[...headers], body]);
}

const IN_BATCH = /^Operation 0 failed, so the batch had no effect: /;

function outcomeOf({ body }: Answer): string {
  if (body.error === null) return 'read';
  return `${body.error.code} ${body.error.message.replace(IN_BATCH, '')}`;
}

function batch(path: string): object {
  return { operations: [{ method: 'GET', path }] };
}

describe('a view or virtual table is read in every way or in none', () => {
  const WAYS: Readonly<Record<string, (name: string) => Promise<Answer>>> = {
    'a list': (name) => send('GET', `/records/${name}`),
    'a count': (name) => send('GET', `/records/${name}?count=true&limit=1`),
    'an export': (name) => send('POST', `/export/table/${name}`, {}),
    'an export in the background': (name) =>
      send('POST', `/export/table/${name}`, {}, { prefer: 'respond-async' }),
    'a query': (name) => send('POST', '/query', { sql: `SELECT * FROM ${name}` }),
    'a query of a count': (name) => send('POST', '/query', { sql: `SELECT count(*) FROM ${name}` }),
    'a query in quotes': (name) => send('POST', '/query', { sql: `SELECT 1 FROM "main"."${name}"` }),
  };
  for (const [way, read] of Object.entries(WAYS)) {
    for (const name of READABLE) {
      test(`${way} of ${name}`, async () => assert.equal(outcomeOf(await read(name)), 'read'));
    }
    for (const name of SECRET) {
      test(`no ${way} of ${name}`, async () => assert.equal(outcomeOf(await read(name)), DENIED));
    }
  }

  for (const name of SECRET) {
    test(`neither a row, a write nor a test of ${name}`, async () => {
      const answers = [
        await send('GET', `/records/${name}/1`),
        await send('POST', `/records/${name}`, { id: 7 }),
        await send('POST', `/records/${name}`, { rows: [{ id: 7 }] }),
        await send('PATCH', `/records/${name}/1`, { id: 7 }),
        await send('PATCH', `/records/${name}`, { data: { id: 7 }, allow_all: true }),
        await send('DELETE', `/records/${name}/1`),
        await send('DELETE', `/records/${name}`, { allow_all: true }),
        await send('POST', '/batch', batch(`/records/${name}/1`)),
        await send('POST', '/auth/tokens/test', { table_name: name }),
      ];
      assert.deepEqual(new Set(answers.map(outcomeOf)), new Set([DENIED]));
    });
  }

  test('a view of own tables is read by row and in a batch, and written through its trigger', async () => {
    assert.equal((await send('GET', '/records/own_view/1')).body.data.row.total, 9.5);
    assert.equal(outcomeOf(await send('POST', '/batch', batch('/records/own_view/1'))), 'read');
    assert.equal((await send('POST', '/records/own_view', { total: 12 })).status, 201);
    assert.equal(
      outcomeOf(await send('POST', '/records/own_view', { total: 12 })),
      'constraint_violation A constraint rejects the change.',
    );
    assert.equal(
      outcomeOf(await send('DELETE', '/records/own_nested/4')),
      'conflict SQLite rejects the operation: cannot modify own_nested because it is a view.',
    );
  });

  test('a token with all of the tables reads them all, except what reads more than tables', async () => {
    const all = ['zz_hidden_parent', 'zz_hidden_log', 'zz_hidden_view', 'zz_hidden_search', 'sqlite_schema'];
    const token = await tokenFor([...TABLES, ...all, 'dbstat', 'zz_hidden_gone']);
    for (const name of SECRET) {
      const open = !['secret_schema', 'secret_broken', 'secret_pages'].includes(name);
      const list = await server.call('GET', `/projects/shop/records/${name}`, { token });
      const json = { sql: `SELECT * FROM ${name}` };
      const query = await server.call('POST', '/projects/shop/query', { token, json });
      const made = await server.call('POST', `/projects/shop/export/table/${name}`, { token, json: {} });
      assert.deepEqual(
        [list, query, made].map(outcomeOf),
        Array.from({ length: 3 }, () => (open ? 'read' : DENIED)),
        name,
      );
    }
  });
});

function reasonOf(answer: Answer): string {
  return outcomeOf(answer).replace(/^\w+ /, '');
}

type Request = readonly [method: string, path: string, json?: unknown];

function order(row: object): Request {
  return ['POST', '/records/orders', row];
}

function change(key: number, row: object): Request {
  return ['PATCH', `/records/orders/${key}`, row];
}

describe('no error names a hidden table', () => {
  const CASES: Readonly<Record<string, readonly [request: Request, message: RegExp]>> = {
    'a missing parent': [
      order({ parent: 77 }),
      /^FOREIGN KEY constraint failed: parent references a row that does/,
    ],
    'a missing parent in a change': [change(3, { parent: 77 }), /^FOREIGN KEY constraint failed: parent/],
    'a child that restricts': [
      ['DELETE', '/records/orders/1'],
      /^A trigger rejects the change: FOREIGN KEY constraint failed/,
    ],
    'children of both kinds': [['DELETE', '/records/orders/4'], /rows of lines, other tables reference/],
    'a CHECK behind a cascade': [change(2, { id: 5_000 }), /^A constraint rejects the change/],
    'a UNIQUE behind a trigger': [order({ state: 'taken' }), /^A constraint rejects the change/],
    'an index behind a trigger': [order({ state: 'TAKEN' }), /^A constraint rejects the change/],
    'a CHECK behind a trigger': [order({ state: 'x'.repeat(30) }), /^A constraint rejects the change/],
    'a NOT NULL behind a trigger': [order({ state: 'none' }), /^A constraint rejects the change/],
    'words that name a table': [change(1, { total: 99 }), /^A trigger rejects the change\.$/],
    'words that name none': [change(1, { total: 98 }), /^A trigger rejects the change: the order is closed/],
    'a trigger that misses a table': [
      ['POST', '/records/stuck', { x: 1 }],
      /for a reason that concerns more/,
    ],
    'a trigger that misses a column': [
      ['PATCH', '/records/stuck', { data: { x: 1 }, allow_all: true }],
      /for a reason that concerns more/,
    ],
    'a foreign key to no table': [['POST', '/records/lost', { x: 1 }], /for a reason that concerns more/],
    'a foreign key to no key': [['POST', '/records/odd', { x: 1 }], /for a reason that concerns more/],
    'its own CHECK': [order({ total: -1 }), /^CHECK constraint failed: positive/],
    'its own UNIQUE': [order({ code: 'a' }), /^UNIQUE constraint failed: orders\.code/],
    'its own index': [
      ['POST', '/records/lines', { price: 1.6 }],
      /^UNIQUE constraint failed: index 'rounded'/,
    ],
    'its own NOT NULL': [order({ state: null }), /^NOT NULL constraint failed: orders\.state/],
    'its own key behind a view': [
      ['POST', '/records/own_prices', { id: 1, price: 7 }],
      /^UNIQUE constraint failed: lines\.id/,
    ],
    'its own vocabulary': [
      ['POST', '/records/own_vocabulary', { term: 'x' }],
      /table own_vocabulary may not be modified/,
    ],
  };
  for (const [what, [[method, path, json], message]] of Object.entries(CASES)) {
    test(what, async () => {
      assert.match(reasonOf(await send(method, path, json)), message);
      const operation = { method, path, ...(json !== undefined && { body: json }) };
      const inBatch = await send('POST', '/batch', { operations: [operation] });
      assert.match(reasonOf(inBatch), message);
    });
  }
});

function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  return server.call(method, path, { token: limited, ...options });
}

/** Sends a query in which the name replaces each `@`. */
function queryOf(sql: string): (name: string) => Promise<Answer> {
  return (name) => call('POST', '/projects/shop/query', { json: { sql: sql.replaceAll('@', name) } });
}

/** The answer to a request with a name, without the name, and without ids and times. */
async function answered(name: string, request: (name: string) => Promise<Answer>): Promise<string> {
  const { status, headers, body } = await request(name);
  const { request_id: _, ...rest } = body;
  return JSON.stringify([status, headers.get('content-type'), rest])
    .replaceAll(name, '@')
    .replaceAll(CHANGING, '"$1":0')
    .replaceAll(/exp_[0-9a-z_]+/g, 'exp');
}

const CHANGING =
  /"(generated_at|created_at|expires_at|last_used_at|duration_ms|token|token_id|id)":("[^"]*"|\d+)/g;

describe('a hidden name and a name that does not exist get the same answer', () => {
  const NAMES = ['parent', 'log', 'view', 'search', 'search_data', 'index', 'insert', 'broken_view', 'short'];
  const QUERIES = [
    'SELECT * FROM @',
    'SELECT 1 FROM main.@',
    'SELECT count(*) FROM "@"',
    'SELECT * FROM orders WHERE id IN @',
    'SELECT * FROM @(1)',
    'SELECT * FROM orders INDEXED BY @',
    'SELECT absent() FROM @',
    'SELECT @.id FROM orders',
    'SELECT @ FROM orders',
    'SELECT "@" FROM orders',
    'SELECT @(1) FROM orders',
    'SELECT 1 FROM orders AS @',
    'SELECT id AS @ FROM orders',
    'SELECT id FROM orders ORDER BY @',
    'SELECT id FROM orders COLLATE @',
    'SELECT id COLLATE @ FROM orders',
    'WITH @ AS (SELECT 7 AS amount) SELECT 1 FROM @',
    'WITH @ AS (SELECT 7 AS amount) SELECT count(*) FROM @, orders',
    'WITH @ AS (SELECT 7 AS amount) SELECT amount FROM @',
    'WITH @(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM @ WHERE n < 3) SELECT count(*) FROM @',
    'WITH @ AS (SELECT 7) SELECT 1 FROM orders WHERE 7 IN @',
    'WITH @ AS (SELECT 7) SELECT 1 FROM main.@',
    'WITH a AS (SELECT 1 FROM @) SELECT 1 FROM a',
    'WITH a AS (WITH @ AS (SELECT 7) SELECT 1 FROM @) SELECT 1 FROM a, @',
    'SELECT sum(total) OVER @ FROM orders WINDOW @ AS (ORDER BY id)',
    'SELECT sum(total) OVER @ FROM orders',
    'EXPLAIN QUERY PLAN SELECT * FROM @',
    'EXPLAIN QUERY PLAN WITH @ AS (SELECT 1) SELECT 1 FROM @, orders',
    'EXPLAIN SELECT * FROM @',
    "SELECT * FROM pragma_table_info('@')",
    'SELECT * FROM orders; SELECT * FROM @',
    'SELECT * FROM @ WHERE',
    'PRAGMA table_info(@)',
    'SELECT * FROM orders NATURAL JOIN @',
    'SELECT * FROM orders JOIN @ USING (id)',
    "SELECT * FROM own_search('@')",
    "SELECT snippet(@, 0, '', '', '', 5) FROM own_search",
    'SELECT * FROM own_search WHERE @ MATCH 1',
    'SELECT $@ FROM orders',
    '/* @ */ SELECT 1',
  ];

  for (const sql of QUERIES) {
    test(sql, async () => {
      for (const name of NAMES) {
        const hidden = await answered(`zz_hidden_${name}`, queryOf(sql));
        const absent = await answered(`zz_absent_${name}`, queryOf(sql));
        assert.equal(hidden, absent);
      }
    });
  }

  test('on every route', async () => {
    const { body } = await server.call('GET', '/openapi.json');
    const paths = (body as unknown as { readonly paths: Readonly<Record<string, object>> }).paths;
    const routes = Object.entries(paths).flatMap(([path, item]) => {
      return Object.keys(item).map((method) => [method.toUpperCase(), path] as const);
    });
    // A new token would revoke this one.
    const others = routes.filter(([, path]) => path.includes('{') && !path.endsWith('/auth/tokens'));
    assert.ok(others.length > 30, String(others.length));
    for (const [method, path] of others) {
      for (const name of NAMES) {
        const request = (called: string) => {
          const filled = path
            .replace('{project}', 'shop')
            .replace('{token_id}', '999999')
            .replace(/\{(?:id|export_id)\}/, '1')
            .replaceAll(/\{\w+\}/g, called);
          return call(method, filled, method === 'GET' || method === 'HEAD' ? {} : { json: {} });
        };
        assert.equal(
          await answered(`zz_hidden_${name}`, request),
          await answered(`zz_absent_${name}`, request),
          `${method} ${path} ${name}`,
        );
      }
    }
  });

  test('in bodies', async () => {
    const bodies: readonly (readonly [path: string, json: (name: string) => unknown])[] = [
      ['/auth/tokens/test', (table_name) => ({ table_name })],
      ['/auth/tokens', (name) => ({ tables: [name], revoke_previous: false })],
      ['/batch', (name) => ({ operations: [{ method: 'GET', path: `/records/${name}/1` }] })],
      ['/batch', (name) => ({ operations: [{ method: 'POST', path: `/records/${name}`, body: { a: 1 } }] })],
      [
        '/batch',
        (name) => ({
          operations: [
            { method: 'GET', path: '/records/orders/1' },
            { method: 'POST', path: '/records/lines', body: { of: { $ref: `0.row.${name}` } } },
          ],
        }),
      ],
      ['/records/orders', (name) => ({ [name]: 1 })],
      ['/export/table/orders', (name) => ({ columns: [name] })],
      ['/export/table/orders', (name) => ({ sort: name })],
      ['/export/database', (name) => ({ include_tables: [name] })],
      ['/export/database', (name) => ({ exclude_tables: [name] })],
      ['/table', (table_name) => ({ table_name, columns: [{ column_name: 'a' }] })],
    ];
    for (const [path, json] of bodies) {
      const request = (name: string) => call('POST', `/projects/shop${path}`, { json: json(name) });
      for (const name of NAMES) {
        assert.equal(
          await answered(`zz_hidden_${name}`, request),
          await answered(`zz_absent_${name}`, request),
          path,
        );
      }
    }
  });
});

describe('no list and no file names a hidden table', () => {
  test('exports that another client made', async () => {
    const seen = await send('GET', '/exports');
    for (const name of [
      'zz_hidden_parent',
      'zz_hidden_view',
      'secret_rows',
      'secret_content',
      'secret_schema',
    ]) {
      const { id, download_url } = await exportNow(server, 'shop', `table/${name}`);
      for (const [method, path] of [
        ['GET', `/projects/shop/exports/${id}`],
        ['GET', download_url],
        ['POST', `/projects/shop/exports/${id}/link`],
        ['DELETE', `/projects/shop/exports/${id}`],
      ] as const) {
        const answer = await server.call(method, path, { token: limited });
        assert.equal(outcomeOf(answer), DENIED, `${method} ${name}`);
      }
    }
    // Its reason names the table that the view reads.
    const failing = await exportLater(server, 'shop', 'table/secret_broken');
    const failed = await whenExport(server, 'shop', failing, 'failed');
    assert.match(failed.status_reason ?? '', /zz_hidden/);
    for (const what of ['schema', 'database']) await exportNow(server, 'shop', what);
    assert.deepEqual((await send('GET', '/exports')).body.data, seen.body.data);
  });

  test('own files', async () => {
    for (const name of READABLE) {
      for (const format of ['csv', 'json', 'ndjson']) {
        const { body } = await send('POST', `/export/table/${name}`, { format });
        const file = await server.fetch('GET', body.data.export.download_url, { token: limited });
        assert.equal(file.status, 200);
        assert.doesNotMatch(JSON.stringify([...file.headers]) + (await file.text()), /zz_hidden/);
      }
    }
    assert.ok((await send('GET', '/exports')).body.data.exports.length > 0);
  });

  test('the tokens of the project', async () => {
    await tokenFor(['zz_hidden_parent', 'orders']);
    const { body } = await send('GET', '/auth/tokens');
    assert.deepEqual(body.data.tokens[0].tables, ['orders']);
  });

  test('routes of the whole project', async () => {
    for (const path of ['/tables', '/table', '/table/orders', '/column/orders', '/indexes/orders']) {
      assert.match(outcomeOf(await send('GET', path)), /^permission_denied /, path);
    }
    assert.match(outcomeOf(await send('DELETE', '/table/orders', { cascade: true })), /^permission_denied /);
    for (const path of ['/operations', '/requests', '', '/auth/me']) await send('GET', path);
  });
});
