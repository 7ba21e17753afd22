import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { Scope } from '../../core/scopes.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { requestOf, exportNow, type Manifest, projectOf } from '../../testing/http/exports.ts';
import type { Answer, TestServer } from '../../testing/http/test-server.ts';

const SHOP = `CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO goods (name) VALUES ('nail');
  CREATE TABLE staff (id INTEGER PRIMARY KEY, wage INTEGER); INSERT INTO staff (wage) VALUES (1);
  CREATE VIEW names AS SELECT name FROM goods;`;

/** Every kind of export, below `/projects/shop/export/`. */
const KINDS = ['table/goods', 'table/staff', 'table/names', 'schema', 'database'] as const;
type Kind = (typeof KINDS)[number];

interface Grant {
  readonly scopes?: readonly Scope[];
  readonly tables?: readonly string[];
}

const TABLES: readonly Kind[] = ['table/goods', 'table/staff', 'table/names'];

/** What each token may export, see and download. */
const TOKENS: Readonly<Record<string, { readonly grant: Grant; readonly may: readonly Kind[] }>> = {
  'all scopes': { grant: {}, may: KINDS },
  'exports alone': { grant: { scopes: ['exports'] }, may: [] },
  'exports and schema:read': { grant: { scopes: ['exports', 'schema:read'] }, may: [] },
  'exports and records:write': { grant: { scopes: ['exports', 'records:write'] }, may: [] },
  'exports and query': { grant: { scopes: ['exports', 'query'] }, may: [] },
  'exports, project and tokens': { grant: { scopes: ['exports', 'project', 'tokens'] }, may: [] },
  'exports and records:read': { grant: { scopes: ['exports', 'records:read'] }, may: TABLES },
  'all that exports need': { grant: { scopes: ['exports', 'records:read', 'schema:read'] }, may: KINDS },
  'all scopes, limited to one table': { grant: { tables: ['GOODS'] }, may: ['table/goods'] },
  'all scopes, limited to a view': { grant: { tables: ['names'] }, may: [] },
  'all scopes, limited to a view and what it reads': {
    grant: { tables: ['Names', 'goods'] },
    may: ['table/goods', 'table/names'],
  },
  'all scopes, limited to every table': { grant: { tables: ['goods', 'staff', 'names'] }, may: TABLES },
  'exports and records:read, limited to one table': {
    grant: { scopes: ['exports', 'records:read'], tables: ['staff'] },
    may: ['table/staff'],
  },
  'exports and records:read, limited to another table': {
    grant: { scopes: ['exports', 'records:read'], tables: ['nothing'] },
    may: [],
  },
  'exports alone, limited to one table': { grant: { scopes: ['exports'], tables: ['goods'] }, may: [] },
};

let server: TestServer;
const made = new Map<Kind, Manifest>();

before(async () => {
  server = await borrowTestServer();
  await projectOf(server, 'shop', SHOP);
  for (const kind of KINDS) made.set(kind, await exportNow(server, 'shop', kind));
});
after(() => server[Symbol.asyncDispose]());

for (const [name, { grant, may }] of Object.entries(TOKENS)) {
  describe(`a token with ${name}`, () => {
    let token: string;
    before(async () => {
      token = await makeToken(grant);
    });

    for (const kind of KINDS) {
      const allowed = may.includes(kind);
      test(`${allowed ? 'creates' : 'cannot create'} an export of ${kind}, synchronously or asynchronously`, async () => {
        for (const prefer of ['wait=1', 'respond-async']) {
          const answer = await requestOf(server, 'shop', kind, {}, { token, headers: { prefer } });
          if (allowed) assert.ok(answer.body.ok, JSON.stringify(answer.body));
          else assertDenied(answer);
        }
      });

      test(`${allowed ? 'sees' : 'cannot see'} an export of ${kind} by another token`, async () => {
        const { id, download_url } = present(made.get(kind));
        const there = `/projects/shop/exports/${id}`;
        const answers = [
          await server.fetch('GET', there, { token }),
          await server.fetch('HEAD', there, { token }),
          await server.fetch('GET', download_url, { token }),
          await server.fetch('HEAD', download_url, { token }),
          await server.fetch('GET', download_url, { token, headers: { range: 'bytes=0-0' } }),
          await server.fetch('POST', `${there}/link`, { token }),
        ];
        for (const answer of answers) await answer.body?.cancel();
        const statuses = answers.map(({ status }) => status);
        assert.deepEqual(statuses, allowed ? [200, 200, 200, 200, 206, 201] : statuses.map(() => 403));
      });

      test(`${allowed ? 'deletes' : 'cannot delete'} an export of ${kind}`, async () => {
        const theirs = await exportNow(server, 'shop', kind, { expires_in: 600 });
        const answer = await server.call('DELETE', `/projects/shop/exports/${theirs.id}`, { token });
        assert.equal(answer.status, allowed ? 200 : 403);
        const left = await server.call('GET', `/projects/shop/exports/${theirs.id}`);
        assert.equal(left.status, allowed ? 404 : 200);
        if (!allowed) await server.call('DELETE', `/projects/shop/exports/${theirs.id}`);
      });
    }

    test('lists the exports that it may see, in full pages', async () => {
      const all = await listAs({ query: 'limit=500' });
      const seen = all.exports.filter((each: Manifest & { readonly kind: string }) => {
        return may.includes(each.table === null ? wholeKind(each.kind) : (`table/${each.table}` as Kind));
      });
      const whole = await listAs({ query: 'limit=500', token });
      assert.deepEqual(whole.exports.map(idOf), seen.map(idOf));
      assert.deepEqual([whole.returned, whole.has_more], [seen.length, false]);
      for (let offset = 0; offset <= seen.length; offset += 1) {
        const page = await listAs({ query: `limit=1&offset=${offset}`, token });
        assert.deepEqual(page.exports.map(idOf), seen.slice(offset, offset + 1).map(idOf));
        assert.deepEqual(
          [page.limit, page.offset, page.returned, page.has_more],
          [1, offset, offset < seen.length ? 1 : 0, offset + 1 < seen.length],
        );
      }
    });

    test('revokes all links only if it may see all exports', async () => {
      const link = await server.call('POST', `/projects/shop/exports/${present(made.get('schema')).id}/link`);
      const answer = await server.call('DELETE', '/projects/shop/export/links', { token });
      const mayAll = KINDS.every((kind) => may.includes(kind));
      assert.equal(answer.status, mayAll ? 200 : 403);
      const shared = await fetch(link.body.data.link.url);
      await shared.body?.cancel();
      assert.equal(shared.status, mayAll ? 403 : 200);
    });
  });
}

test('the error names the missing scopes', async () => {
  for (const [scopes, kind, message] of [
    [['exports'], 'table/goods', 'This requires a token with the scope records:read.'],
    [['exports'], 'schema', 'This requires a token with the scopes schema:read and records:read.'],
    [['exports', 'records:read'], 'database', 'This requires a token with the scope schema:read.'],
  ] as const) {
    const token = await makeToken({ scopes });
    const refused = await requestOf(server, 'shop', kind, {}, { token });
    assert.equal(refused.body.error?.message, message);
    const path = `/projects/shop/exports/${present(made.get(kind)).id}`;
    const hidden = await server.call('GET', path, { token });
    assert.equal(hidden.body.error?.code, 'permission_denied');
  }
});

async function makeToken(grant: Grant): Promise<string> {
  const json = { revoke_previous: false, ...grant };
  const { status, body } = await server.call('POST', '/projects/shop/auth/tokens', { json });
  assert.equal(status, 201, JSON.stringify(body));
  return body.data.token.token;
}

async function listAs({ query, token }: { readonly query: string; readonly token?: string }) {
  const options = token === undefined ? {} : { token };
  const { status, body } = await server.call('GET', `/projects/shop/exports?${query}`, options);
  assert.equal(status, 200, JSON.stringify(body));
  return body.data;
}

function idOf({ id }: Manifest): string {
  return id;
}

function wholeKind(kind: string): Kind {
  return kind === 'schema_export' ? 'schema' : 'database';
}

function present<Value>(value: Value | undefined): Value {
  assert.ok(value !== undefined);
  return value;
}

function assertDenied({ status, body }: Answer): void {
  assert.deepEqual([status, body.error?.code], [403, 'permission_denied'], JSON.stringify(body));
}
