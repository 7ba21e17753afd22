import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';

import { PUBLIC_BODY_MAX_BYTES } from '../http/bodies/body-parsing.ts';
import { type FieldMutation, fieldMutations } from '../testing/fuzz/field-mutations.ts';
import {
  forProject,
  type FurnishedProject,
  furnishProject,
  WORDS,
} from '../testing/fuzz/furnished-project.ts';
import { valuesOf } from '../testing/fuzz/schema-values.ts';
import { type Browser, signIn } from '../testing/http/browser.ts';
import { fieldsAtFault, startTestServer, type TestServer } from '../testing/http/test-server.ts';
import type { OpenApiDocument } from './document.ts';
import { isJsonSchema, type JsonSchema } from './json-schema.ts';
import type { Operation } from './operation.ts';

let server: TestServer;
let document: OpenApiDocument;
let project: FurnishedProject;
let browser: Browser;
let ajv: Ajv2020;

before(async () => {
  server = await startTestServer();
  project = await furnishProject(server, 'orchard');
  const link = await server.call('POST', '/accounts/1/users/1/sign-in-link');
  browser = await signIn(server, { code: new URL(link.body.data.link.url).hash.slice(1) });
  document = (await (await server.fetch('GET', '/openapi.json')).json()) as OpenApiDocument;
  ajv = new Ajv2020({ strict: false });
  ajv.addSchema(document, 'openapi');
});
after(() => server[Symbol.asyncDispose]());

interface OperationAt {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

function operations(): readonly OperationAt[] {
  return Object.entries(document.paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}

test('every field of every body that is missing, of another type, empty, too long or unknown is refused by its name', async () => {
  let refused = 0;
  for (const at of operations()) {
    const schema = bodySchemaOf(at.operation);
    if (schema === null) continue;
    const allowed = compiled(schema);
    const [value] = fc.sample(valuesOf(schema, { document, words: WORDS, inFull: true }), {
      numRuns: 1,
      seed: 1,
    });
    assert.ok(allowed(value), `${at.method} ${at.path}: ${JSON.stringify(allowed.errors)}`);
    for (const mutation of fieldMutations(value, 'body').filter((candidate) => !allowed(candidate.value))) {
      refused += 1;
      await assertRefused(at, targetOf(at), mutation);
    }
  }
  assert.ok(refused > 500, `${refused} mutations were tried`);
});

test('every query parameter that is of another type, empty, too long, repeated or unknown is refused by its name', async () => {
  let refused = 0;
  for (const at of operations()) {
    const target = targetOf(at);
    await assertRefused(at, `${target}?no_such_parameter=1`, {
      what: 'unknown',
      field: 'query.no_such_parameter',
    });
    for (const { name, schema } of parametersOf(at.operation, 'query')) {
      const field = `query.${name}`;
      await assertRefused(at, `${target}?${name}=1&${name}=1`, { what: 'given twice', field });
      for (const text of wrongTexts(schema)) {
        refused += 1;
        await assertRefused(at, `${target}?${name}=${encodeURIComponent(text)}`, { what: text, field });
      }
    }
  }
  assert.ok(refused > 30, `${refused} values were tried`);
});

test('every path parameter that is of another type or too long is refused by its name', async () => {
  let refused = 0;
  for (const at of operations()) {
    for (const { name, schema } of parametersOf(at.operation, 'path')) {
      for (const text of wrongTexts(schema).filter((wrong) => wrong !== '')) {
        refused += 1;
        const target = targetOf({ ...at, path: at.path.replace(`{${name}}`, encodeURIComponent(text)) });
        await assertRefused(at, target, { what: text, field: `path.${name}` });
      }
    }
  }
  assert.ok(refused > 100, `${refused} values were tried`);
});

async function assertRefused(
  { method, path, operation }: OperationAt,
  target: string,
  mutation: Pick<FieldMutation, 'what' | 'field'> & { readonly value?: unknown },
): Promise<void> {
  const streams = operation.requestBody !== undefined && bodySchemaOf(operation) === null;
  const body: { readonly json?: unknown } = 'value' in mutation && !streams ? { json: mutation.value } : {};
  const isOfSession = operation.security.length === 1 && 'session' in (operation.security[0] ?? {});
  const answer = await (isOfSession ? browser : server).call(method, target, body);
  const what = `${method} ${path}, ${mutation.field}: ${mutation.what.slice(0, 50)}`;
  if (operation.security.length === 0 && JSON.stringify(body.json ?? null).length > PUBLIC_BODY_MAX_BYTES) {
    assert.equal(answer.body.error?.code, 'payload_too_large', what);
    return;
  }
  assert.equal(answer.body.error?.code, 'validation_failed', `${what} ${JSON.stringify(answer.body)}`);
  const named = fieldsAtFault(answer);
  assert.ok(
    named.some((field) => field.startsWith(mutation.field)),
    `${what}, but ${named.join(', ')}`,
  );
}

function bodySchemaOf({ requestBody }: Operation): JsonSchema | null {
  const content = requestBody?.['content'];
  const json = isJsonSchema(content) ? content['application/json'] : undefined;
  return isJsonSchema(json) && isJsonSchema(json['schema']) ? json['schema'] : null;
}

/** Compiles a schema that references the document. */
function compiled(schema: JsonSchema): ValidateFunction {
  return ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as JsonSchema);
}

function targetOf({ path, operation }: Pick<OperationAt, 'path' | 'operation'>): string {
  const filled = parametersOf(operation, 'path').reduce(
    (target, { name, example }) => target.replace(`{${name}}`, String(example)),
    path,
  );
  return forProject(filled, project);
}

interface Parameter {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly example: unknown;
}

function parametersOf({ parameters = [] }: Operation, place: 'path' | 'query'): readonly Parameter[] {
  return parameters
    .filter((parameter) => parameter['in'] === place)
    .map(({ name, schema, example }) => ({
      name: String(name),
      schema: isJsonSchema(schema) ? schema : {},
      example,
    }));
}

/** Texts that the schema does not allow. In a URL, digits are valid for a number. */
function wrongTexts(schema: JsonSchema): readonly string[] {
  const allowed = compiled(schema);
  const isNumber = schema['type'] === 'integer' || schema['type'] === 'number';
  return TEXTS.filter((text) => !allowed(isNumber && text !== '' ? Number(text) : text));
}

const TEXTS = [
  '',
  ' ',
  'x',
  '-1',
  '0',
  '0.5',
  '1e300',
  '9007199254740993',
  'a\u0000b',
  '\u{1f4a5}',
  'x'.repeat(20_000),
];
