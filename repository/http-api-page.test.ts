import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { scopesOf } from '../server/src/http/permissions.ts';
import { readChinook } from '../server/src/testing/chinook.ts';
import { type RegisteredRoute, registeredRoutes } from '../server/src/testing/registered-routes.ts';
import { startTestServer } from '../server/src/testing/test-server.ts';

/** A route as the page describes it, with the body that its example sends and the data that comes back. */
interface DocumentedRoute {
  readonly text: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly data: unknown;
}

const page = await readFile(new URL('../docs/reference/http-api.md', import.meta.url), 'utf8');

const served = (await registeredRoutes()).filter(({ method }) => method !== 'HEAD');

test('the page describes every route of the service, and no other', () => {
  const documented = documentedRoutes().map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(documented.toSorted(), served.map(titleOf).toSorted());
});

test('the page says of every route that takes a project token what a token needs for it', () => {
  for (const route of served) {
    const { access, scope, tables } = route.config;
    if ((access !== 'project' && access !== 'account') || scope === undefined) continue;
    const scopes = scopesOf({ scope }).map((name) => `\`${name}\``);
    const needed = `Scope: ${scopes.join(' and ') || 'none'}${tables === undefined ? ', whole project' : ''}.`;
    const section = documentedRoutes().find(({ method, path }) => `${method} ${path}` === titleOf(route));
    assert.match(section?.text ?? '', new RegExp(`^${needed}`, 'm'), titleOf(route));
  }
});

test('every example of the page, sent in its order, is answered as it shows: the same keys in the same order, of the same types', async () => {
  await using server = await startTestServer();
  let token: string | null = null;
  let exportId = '';
  let tokenId = '';
  for (const { method, path, body, data } of documentedRoutes()) {
    const target = path
      .replace('{project}', 'orchard')
      .replace('{export_id}', exportId)
      .replace('{token_id}', tokenId)
      .replace('{table}', 'people')
      .replace('{index_name}', 'idx_people_age_email')
      .replace('{column}', method === 'DELETE' ? 'mobile' : 'phone')
      .replace('{id}', '1');
    const upload = path.endsWith('/import/sqlite')
      ? { body: await readChinook(), headers: { 'content-type': 'application/vnd.sqlite3' } }
      : { json: body };
    const credential = path === '/projects' ? {} : { token };
    const response = await server.fetch(method, target, { ...upload, ...credential });
    assert.ok(response.ok, `${method} ${target}: ${response.status}`);
    if (data === undefined) {
      await response.body?.cancel();
      continue;
    }
    const answer = (await response.json()) as {
      readonly data: { token?: { token?: string; token_id?: number }; export?: { id: string } };
    };
    assert.deepEqual(shapeOf(answer.data), shapeOf(data), `${method} ${path}`);
    token ??= answer.data.token?.token ?? null;
    tokenId = String(answer.data.token?.token_id ?? tokenId);
    exportId = answer.data.export?.id ?? exportId;
  }
  assert.ok(token !== null && exportId !== '', 'the examples made a project and an export');
});

/** `GET /projects/{project}` */
function titleOf({ method, url }: RegisteredRoute): string {
  return `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`;
}

function documentedRoutes(): readonly DocumentedRoute[] {
  return page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [, method = '', path = ''] = /^`(\S+) (\S+)`/.exec(section) ?? [];
      return { text: section, method, path, body: blockOf(section, 'http'), data: blockOf(section, 'json') };
    });
}

function blockOf(section: string, language: string): unknown {
  const text = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(section)?.[1];
  return text === undefined ? undefined : JSON.parse(text);
}

/** Keys in their order, with the types of their values: what must not differ between an example and a real answer. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]);
}
