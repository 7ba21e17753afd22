import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { errorRegistry } from '../packages/server/src/core/errors.ts';
import { scopesOf } from '../packages/server/src/http/access/permissions.ts';
import type { OpenApiDocument } from '../packages/server/src/openapi/document.ts';
import type { OperationText } from '../packages/server/src/openapi/page-texts.ts';
import { readMusicShop } from '../packages/server/src/testing/databases/music-shop.ts';
import { answerChecker } from '../packages/server/src/testing/http/documented-answers.ts';
import {
  type RegisteredRoute,
  registeredRoutes,
} from '../packages/server/src/testing/http/registered-routes.ts';
import { type CallOptions, startTestServer } from '../packages/server/src/testing/http/test-server.ts';
import {
  readHttpApiExamples,
  readHttpApiLegend,
  readHttpApiMarks,
  readHttpApiPage,
} from './http-api-page.ts';

const page = readHttpApiPage();

const served = (await registeredRoutes()).filter(({ method }) => method !== 'HEAD');

test('the page describes exactly the routes of the service', () => {
  assert.deepEqual(page.operations.map(titleOf).toSorted(), served.map(titleOfRoute).toSorted());
});

test('for every route with a project token, the page states what the token needs', () => {
  for (const route of served) {
    const { access, scope, tables } = route.config;
    if ((access !== 'project' && access !== 'account') || scope === undefined) continue;
    const scopes = scopesOf({ scope }).map((name) => `\`${name}\``);
    const needed = `Scope: ${scopes.join(' and ') || 'none'}${tables === undefined ? ', whole project' : ''}.`;
    const section = page.operations.find((operation) => titleOf(operation) === titleOfRoute(route));
    assert.equal(section?.description.split('\n')[0], needed, titleOfRoute(route));
  }
});

/** Every other route is documented by the reference. */
const OURS = new Set([
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'GET /openapi.json',
  'GET /docs',
  'GET /docs/{asset}',
  'POST /admin/token',
  'POST /projects',
  'GET /projects',
  'GET /projects/{project}',
  'POST /projects/{project}/auth/login',
  'GET /projects/{project}/auth/tokens',
  'POST /projects/{project}/import/sqlite',
  'GET /projects/{project}/tables',
  'GET /projects/{project}/table',
  'DELETE /projects/{project}/table/{table}',
  'GET /projects/{project}/column/{table}/{column}',
  'POST /projects/{project}/records/{table}',
  'GET /projects/{project}/records/{table}/{id}',
  'POST /projects/{project}/batch',
  'GET /projects/{project}/operations',
  'GET /projects/{project}/operations/{run_id}',
  'GET /projects/{project}/requests',
  'GET /projects/{project}/requests/{request_id}',
  'GET /projects/{project}/exports/{export_id}',
  'DELETE /projects/{project}/exports/{export_id}',
  'POST /projects/{project}/exports/{export_id}/link',
  'DELETE /projects/{project}/export/links',
  'GET /shared/exports/{export_id}',
  'POST /projects/{project}/users',
  'GET /projects/{project}/users',
  'GET /projects/{project}/users/{user_id}',
  'PATCH /projects/{project}/users/{user_id}',
  'DELETE /projects/{project}/users/{user_id}',
  'POST /accounts',
  'GET /accounts',
  'GET /accounts/{account_id}',
  'PATCH /accounts/{account_id}',
  'DELETE /accounts/{account_id}',
  'POST /accounts/{account_id}/users',
  'GET /accounts/{account_id}/users',
  'PATCH /accounts/{account_id}/users/{account_user_id}',
  'POST /accounts/{account_id}/users/{account_user_id}/sign-in-link',
  'DELETE /accounts/{account_id}/users/{account_user_id}',
  'POST /auth/sessions',
  'GET /auth/session',
  'GET /auth/sessions',
  'POST /auth/password',
  'DELETE /auth/sessions/{session_id}',
  'DELETE /auth/session',
  'GET /sign-in',
  'GET /sign-in/{asset}',
  'GET /audit',
  'GET /projects/{project}/audit',
]);

test('the page marks each route that the reference documents, and statements of these routes only', () => {
  const marks = readHttpApiMarks();
  assert.equal(marks.length, served.length);
  for (const { route, isDocumented, statements } of marks) {
    assert.equal(isDocumented, !OURS.has(route), `${route}: its heading, or OURS in this test`);
    assert.equal(statements > 0, isDocumented, `${route}: the marks in its description`);
  }
});

test('the legend of the marks names error codes of the service, and the OpenAPI texts have no mark', () => {
  const codes = readHttpApiLegend();
  assert.equal(codes.length, 6);
  for (const code of codes) assert.ok(Object.hasOwn(errorRegistry, code), code);
  assert.doesNotMatch(JSON.stringify(page), /\[R\]|original product/);
});

test('the page defines the value of each path parameter in its examples', () => {
  const known = new Set(page.parameters.map(({ name }) => name));
  for (const { path } of page.operations) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name));
    const missing = names.filter((name) => !known.has(name));
    assert.deepEqual(missing, [], `${path}: add it to the table below "Examples"`);
  }
});

test('the page has an example of each request with fields, and of each answer in JSON', async () => {
  await using server = await startTestServer();
  const document = (await (await server.fetch('GET', '/openapi.json')).json()) as OpenApiDocument;
  for (const { method, path, body, data } of page.operations) {
    const operation = document.paths[path]?.[method.toLowerCase()];
    const add = (language: string) =>
      `${method} ${path}: show it in a block \`${language}\` of the page, then run npm run docs`;
    const answers = Object.values(operation?.responses ?? {}).map(({ content }) => jsonOf(content));
    const isEnvelope = answers.some((json) => json?.schema.properties?.['data'] !== undefined);
    if (jsonOf(operation?.requestBody?.['content']) !== undefined) assert.ok(body !== undefined, add('http'));
    if (isEnvelope) assert.ok(data !== undefined, add('json'));
  }
});

test('every example of the page, sent in order, has the documented answer: the same keys in the same order, with the same types, as in the OpenAPI document', async () => {
  await using server = await startTestServer();
  const document = (await (await server.fetch('GET', '/openapi.json')).json()) as OpenApiDocument;
  const problemOf = answerChecker(document);
  const made: Made = { token: null, ids: new Map(), link: null, cookies: [] };
  for (const operation of inOrder(readHttpApiExamples())) {
    const { method, path, data } = operation;
    const response = await server.fetch(method, targetOf(operation, made), await requestOf(operation, made));
    const { status } = response;
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    const json: unknown = isJson ? await response.json() : await response.arrayBuffer();
    assert.ok(response.ok, `${method} ${path}: ${status} ${JSON.stringify(json)}`);
    keepCookies(made, operation, response);
    assert.equal(problemOf({ method: method.toLowerCase(), path, status, json }), null);
    if (data === undefined) continue;
    if (isFirst(operation)) assertExample(document, operation, status);
    const answer = json as { readonly data: MadeData };
    assert.deepEqual(shapeOf(answer.data), shapeOf(data), titleOf(operation));
    remember(made, answer.data);
  }
  assert.ok(made.token !== null && made.ids.has('export_id'), 'the examples made a project and an export');
});

/** The results of earlier answers, which later requests use. */
interface Made {
  token: string | null;
  readonly ids: Map<string, string>;
  /** The last one that was created. */
  link: URL | null;
  /** Of the sessions that have not ended, in order. */
  readonly cookies: string[];
}

interface MadeData {
  readonly token?: { readonly token?: string; readonly token_id?: number };
  readonly export?: { readonly id: string };
  readonly link?: { readonly url: string };
  readonly requests?: readonly [{ readonly request_id: string }];
  readonly session?: { readonly id: number };
}

/** Deletions that others depend on are documented with their other routes, but must come last. */
function inOrder(operations: readonly OperationText[]): readonly OperationText[] {
  return operations.toSorted((a, b) => removes(a) - removes(b));
}

function removes(operation: OperationText): number {
  return [
    'DELETE /auth/sessions/{session_id}',
    'DELETE /auth/session',
    'DELETE /accounts/{account_id}/users/{account_user_id}',
    'DELETE /accounts/{account_id}',
    'DELETE /projects/{project}/table/{table}',
    'DELETE /projects/{project}',
    'POST /admin/token',
  ].indexOf(titleOf(operation));
}

function targetOf({ path, query }: OperationText, { ids, link }: Made): string {
  if (path.startsWith('/shared/')) return `${link?.pathname ?? ''}${link?.search ?? ''}`;
  // Only one of the projects in the examples has a user.
  const begun = path.endsWith('/auth/login') ? path.replace('{project}', 'orchard_north') : path;
  const filled = page.parameters.reduce(
    (target, { name, example }) => target.replace(`{${name}}`, ids.get(name) ?? example),
    begun,
  );
  const requested = new URLSearchParams(query).toString();
  return requested === '' ? filled : `${filled}?${requested}`;
}

const OF_THE_ADMIN = /^\/(?:projects$|metrics$|accounts|admin|audit)/;

async function requestOf({ path, body }: OperationText, { token, cookies }: Made): Promise<CallOptions> {
  const content = path.endsWith('/import/sqlite')
    ? { body: await readMusicShop(), headers: { 'content-type': 'application/vnd.sqlite3' } }
    : { json: body };
  if (path.startsWith('/auth/')) {
    return {
      ...content,
      token: null,
      headers: { 'sec-fetch-site': 'same-origin', cookie: cookies.at(-1) ?? '' },
    };
  }
  return OF_THE_ADMIN.test(path) ? content : { headers: JOURNEY, ...content, token };
}

/** The examples form one run of an operation. */
const JOURNEY = {
  'x-operation-key': 'edit-profile-email',
  'x-operation-run-id': page.parameters.find(({ name }) => name === 'run_id')?.example ?? '',
};

function keepCookies({ cookies }: Made, { method, path }: OperationText, { headers }: Response): void {
  const cookie = headers.get('set-cookie')?.split(';')[0];
  if (method === 'DELETE' && path.startsWith('/auth/')) cookies.pop();
  else if (cookie !== undefined) cookies.push(cookie);
}

/** The project’s own token is its first; ids are those of the last creation. */
function remember(made: Made, { token, export: exported, link, requests, session }: MadeData): void {
  if (link !== undefined) made.link = new URL(link.url);
  if (session !== undefined) made.ids.set('session_id', String(session.id));
  made.token ??= token?.token ?? null;
  if (token?.token_id !== undefined) made.ids.set('token_id', String(token.token_id));
  if (requests !== undefined) made.ids.set('request_id', requests[0].request_id);
  if (exported !== undefined) made.ids.set('export_id', exported.id);
}

/** Whether it is the example in the OpenAPI document. */
function isFirst(operation: OperationText): boolean {
  return page.operations.some((shown) => isDeepStrictEqual(shown, operation));
}

/** Asserts that the document has the example under the status of its answer, and that it is valid for the schema there. */
function assertExample(document: OpenApiDocument, operation: OperationText, status: number): void {
  const { method, path, data } = operation;
  const answer = document.paths[path]?.[method.toLowerCase()]?.responses[String(status)];
  const example = jsonOf(answer?.['content'])?.example;
  assert.deepEqual(example?.data, data, `${titleOf(operation)} ${status}`);
  const problemOf = answerChecker(document);
  assert.equal(problemOf({ method: method.toLowerCase(), path, status, json: example }), null);
}

interface JsonMedia {
  readonly schema: { readonly properties?: Readonly<Record<string, unknown>> };
  readonly example?: { readonly data: unknown };
}

function jsonOf(content: unknown): JsonMedia | undefined {
  return (content as Readonly<Record<string, JsonMedia>> | undefined)?.['application/json'];
}

/** `GET /projects/{project}` */
function titleOf({ method, path }: OperationText): string {
  return `${method} ${path}`;
}

function titleOfRoute({ method, url }: RegisteredRoute): string {
  return `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`;
}

/** The keys in order, with the types of their values: the parts in which an example must equal a real answer. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]);
}
