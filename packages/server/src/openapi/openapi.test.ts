import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';

import { errorRegistry } from '../core/errors.ts';
import { packageVersion } from '../core/package-version.ts';
import { scopesOf } from '../http/access/permissions.ts';
import { borrowTestServer } from '../testing/http/borrowed-server.ts';
import { type RegisteredRoute, registeredRoutes } from '../testing/http/registered-routes.ts';
import type { TestServer } from '../testing/http/test-server.ts';
import type { OpenApiDocument } from './document.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Operation } from './operation.ts';

const routes = (await registeredRoutes()).filter(({ method }) => method !== 'HEAD');

let server: TestServer;
let document: OpenApiDocument;
before(async () => {
  server = await borrowTestServer();
  const response = await server.fetch('GET', '/openapi.json', { token: null });
  document = (await response.json()) as OpenApiDocument;
});
after(() => server[Symbol.asyncDispose]());

function standingAlone(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', '"schema:'));
}

/** `GET /projects/{project}` */
function titleOf({ method, url }: RegisteredRoute): string {
  return `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`;
}

function operations(): ReadonlyMap<string, Operation> {
  const entries = Object.entries(document.paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
    ),
  );
  return new Map(entries);
}

test('the document is valid against the published OpenAPI 3.1 schema', async () => {
  const { valid, errors } = await new Validator().validate({ ...document });
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(document.openapi, '3.1.1');
  assert.equal(document.info['version'], await packageVersion());
});

test('every schema in it is valid JSON Schema 2020-12, and all its references exist', () => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false, strictRequired: false });
  for (const [name, schema] of Object.entries(document.components['schemas'] ?? {})) {
    ajv.addSchema(standingAlone(schema), `schema:${name}`);
  }
  for (const name of Object.keys(document.components['schemas'] ?? {}))
    assert.ok(ajv.getSchema(`schema:${name}`));
});

test('it contains exactly the routes of the service', () => {
  assert.deepEqual([...operations().keys()].toSorted(), routes.map(titleOf).toSorted());
});

test('every route has an operation id, a tag, and a description', () => {
  const names = routes.map((route) => {
    const { operationId } = route.config;
    assert.ok(operationId !== undefined, `${titleOf(route)}: give it an operationId in its config`);
    assert.match(operationId, /^[a-z][A-Za-z]+$/, titleOf(route));
    return operationId;
  });
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
    'each has its own',
  );
  for (const [title, { description, tags }] of operations()) {
    const section = `${title}: describe it in docs/reference/http-api.md, below a heading, then run npm run docs`;
    assert.ok(description.length > 0, section);
    assert.ok(
      document.tags.some(({ name }) => name === tags[0]),
      section,
    );
  }
});

test('every parameter has a description', () => {
  for (const [title, { parameters = [] }] of operations()) {
    for (const parameter of parameters) {
      const { in: place, name, description } = resolved(parameter);
      const missing =
        place === 'path'
          ? 'say it in the table of docs/reference/http-api.md, then run npm run docs'
          : 'give its schema a description';
      assert.equal(typeof description, 'string', `${title}, ${String(name)}: ${missing}`);
    }
  }
});

/** A shared header is defined once in the document, and routes reference it. */
function resolved(parameter: JsonSchema): JsonSchema {
  const reference = parameter['$ref'];
  if (typeof reference !== 'string') return parameter;
  return document.components['parameters']?.[reference.split('/').at(-1) ?? ''] ?? {};
}

test('every route names its own headers, and with a token those of operations, traces and idempotency', () => {
  for (const [title, { parameters = [], security }] of operations()) {
    const headers = parameters.map(resolved).filter(({ in: place }) => place === 'header');
    const names = headers.map(({ name }) => name);
    const ofAny = ['X-Operation-Key', 'X-Operation-Run-Id', 'traceparent'];
    const isOfSessions = security.every((scheme) => !('bearer' in scheme));
    const ofAll = title.startsWith('GET ') || isOfSessions ? ofAny : ['Idempotency-Key', ...ofAny];
    const own = routes.find((route) => titleOf(route) === title)?.config.headers ?? [];
    assert.deepEqual(names, security.length === 0 ? own : [...own, ...ofAll], title);
  }
});

function namesOf(title: string): readonly unknown[] {
  const parameters = operations().get(title)?.parameters ?? [];
  return parameters.map(resolved).map(({ name }) => name);
}

test('downloads and exports name the headers that change their answer', () => {
  const selecting = [
    'Range',
    'If-Range',
    'If-Match',
    'If-None-Match',
    'If-Modified-Since',
    'If-Unmodified-Since',
  ];
  for (const title of [
    'GET /projects/{project}/export/download/{export_id}',
    'GET /shared/exports/{export_id}',
  ]) {
    assert.deepEqual(
      selecting.filter((name) => !namesOf(title).includes(name)),
      [],
      title,
    );
  }
  for (const what of ['schema', 'table/{table}', 'database'])
    assert.ok(namesOf(`POST /projects/{project}/export/${what}`).includes('Prefer'), what);
  assert.ok(namesOf('GET /openapi.json').includes('If-None-Match'));
});

function patternOf(name: string): RegExp {
  const parameters = [...operations().values()].flatMap((operation) => operation.parameters ?? []);
  const found = parameters.map(resolved).find((parameter) => parameter['name'] === name);
  return new RegExp(String(Object(found?.['schema']).pattern), 'u');
}

test('the patterns of slugs and times accept what the service accepts', async () => {
  await server.createProject('shop');
  for (const slug of ['shop', 'Shop', 'SHOP', 'sh op', 'shöp', 's.hop', '\u212A']) {
    const { status } = await server.call('GET', `/projects/${encodeURIComponent(slug)}`);
    assert.equal(status === 200, patternOf('project').test(slug), slug);
  }
  for (const [time, isValid] of [
    ['2026-06-02T01:23:45Z', true],
    ['2026-06-02t01:23:45.678z', true],
    ['2026-06-02T01:23:45+02:00', true],
    ['2026-06-02', false],
    ['2026-06-02T01:23:45', false],
  ] as const) {
    const path = `/projects/shop/operations?since=${encodeURIComponent(time)}`;
    assert.equal((await server.call('GET', path)).status === 200, isValid, time);
    assert.equal(patternOf('since').test(time), isValid, time);
  }
});

const SCHEMES: Readonly<Record<string, readonly string[]>> = { public: [], session: ['session'] };

test('every route states who may call it, and what a token needs', () => {
  for (const route of routes) {
    const { access, scope, tables } = route.config;
    const operation = operations().get(titleOf(route));
    assert.equal(operation?.['x-access'], access);
    const schemes = operation?.security.flatMap((scheme) => Object.keys(scheme));
    assert.deepEqual(schemes, SCHEMES[access] ?? ['bearer', 'session'], titleOf(route));
    const scopes = scope === undefined ? undefined : scopesOf({ scope });
    assert.deepEqual(operation?.['x-required-scopes'], scopes, titleOf(route));
    assert.equal(operation?.['x-whole-project'], scope === undefined ? undefined : tables === undefined);
  }
});

test('every error has the code and the status of the registry', () => {
  for (const [title, { responses }] of operations()) {
    for (const [status, { $ref: reference }] of Object.entries(responses)) {
      if (typeof reference !== 'string') continue;
      for (const code of codesOf(reference)) {
        const row = Object.entries(errorRegistry).find(([name]) => name === code)?.[1];
        assert.ok(row !== undefined, `${title} ${code}`);
        if (status !== 'default') assert.equal(String(row.status), status, `${title} ${code}`);
      }
    }
  }
});

function codesOf(reference: string): readonly string[] {
  const response = document.components['responses']?.[reference.split('/').at(-1) ?? ''];
  const codes: readonly string[] = JSON.parse(
    /"enum":(\[[^\]]*\])/.exec(JSON.stringify(response))?.[1] ?? '[]',
  );
  assert.ok(codes.length > 0, reference);
  return codes;
}

test('its server is the one that it was loaded from, whatever proxy is in front', () => {
  assert.deepEqual(document.servers, [{ url: '/' }]);
});

test('it needs no token, and is answered with 304 if it has not changed', async () => {
  const first = await server.fetch('GET', '/openapi.json', { token: null });
  assert.equal(first.status, 200);
  assert.equal(first.headers.get('content-type'), 'application/json; charset=utf-8');
  assert.equal(first.headers.get('cache-control'), 'no-cache');
  assert.equal(first.headers.get('x-content-type-options'), 'nosniff');
  const size = (await first.arrayBuffer()).byteLength;
  const etag = String(first.headers.get('etag'));

  const again = await server.fetch('GET', '/openapi.json', {
    token: null,
    headers: { 'if-none-match': etag },
  });
  assert.equal(again.status, 304);
  assert.equal(await again.text(), '');
  const other = await server.fetch('GET', '/openapi.json', {
    token: null,
    headers: { 'if-none-match': '"x"' },
  });
  assert.equal(other.status, 200);
  await other.arrayBuffer();
  const head = await server.fetch('HEAD', '/openapi.json', {
    token: null,
    headers: { 'accept-encoding': 'identity' },
  });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get('content-length'), String(size));
  assert.equal(head.headers.get('etag'), etag);
});
