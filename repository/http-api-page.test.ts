import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { createApp } from '../server/src/app.ts';
import { readConfig } from '../server/src/config.ts';
import { createServiceLog } from '../server/src/http/service-log.ts';
import { openService } from '../server/src/service.ts';
import { readChinook } from '../server/src/testing/chinook.ts';
import { temporaryFolder } from '../server/src/testing/temporary-folder.ts';
import { startTestServer } from '../server/src/testing/test-server.ts';

/** A route as the page describes it, with the body that its example sends and the data that comes back. */
interface DocumentedRoute {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly data: unknown;
}

const page = await readFile(new URL('../docs/reference/http-api.md', import.meta.url), 'utf8');

test('the page describes every route of the service, and no other', async () => {
  using folder = temporaryFolder();
  const log = createServiceLog('silent', process.stderr);
  const config = { ...readConfig({}), dataDir: folder.path };
  const service = await openService(config, log);
  const registered: string[] = [];
  const app = createApp(service, {
    config,
    log,
    onRoute: ({ method, url }) => {
      for (const verb of [method].flat()) registered.push(`${verb} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
    },
  });
  await app.ready();
  await app.close();
  await service.close();

  const documented = documentedRoutes().map(({ method, path }) => `${method} ${path}`);
  const served = registered.filter((route) => !route.startsWith('HEAD '));
  assert.deepEqual(documented.toSorted(), served.toSorted());
});

test('every example of the page, sent in its order, is answered as it shows: the same keys in the same order, of the same types', async () => {
  await using server = await startTestServer();
  let token: string | null = null;
  let exportId = '';
  for (const { method, path, body, data } of documentedRoutes()) {
    const target = path
      .replace('{project}', 'orchard')
      .replace('{export_id}', exportId)
      .replace('{table}', 'people')
      .replace('{index_name}', 'idx_people_age_email');
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
      readonly data: { token?: { token: string }; export?: { id: string } };
    };
    assert.deepEqual(shapeOf(answer.data), shapeOf(data), `${method} ${path}`);
    token ??= answer.data.token?.token ?? null;
    exportId = answer.data.export?.id ?? exportId;
  }
  assert.ok(token !== null && exportId !== '', 'the examples made a project and an export');
});

function documentedRoutes(): readonly DocumentedRoute[] {
  return page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [, method = '', path = ''] = /^`(\S+) (\S+)`/.exec(section) ?? [];
      return { method, path, body: blockOf(section, 'http'), data: blockOf(section, 'json') };
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
