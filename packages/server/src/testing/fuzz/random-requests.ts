import * as fc from 'fast-check';

import type { OpenApiDocument } from '../../openapi/document.ts';
import { isJsonSchema, type JsonSchema } from '../../openapi/json-schema.ts';
import type { Operation } from '../../openapi/operation.ts';
import { valuesOf } from './schema-values.ts';
import { strangeStrings } from './strange-strings.ts';
import { spoiled } from './wrong-values.ts';

/** A request for an operation of the document. */
export interface RandomRequest {
  readonly method: string;
  /** As in the document: `/projects/{project}`. */
  readonly path: string;
  /** The percent-encoded request target. */
  readonly target: string;
  readonly credential: 'admin' | 'token' | 'unknown' | 'none';
  readonly contentType: string | null;
  /** Null for no body. */
  readonly body: string | null;
}

export interface RequestOptions {
  readonly document: OpenApiDocument;
  readonly words: readonly string[];
}

/** Requests for every operation with equal probability: some valid, and some with one or two faults. */
export function randomRequests(options: RequestOptions): fc.Arbitrary<RandomRequest> {
  const each = Object.entries(options.document.paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => requestsOf({ method, path, operation }, options)),
  );
  return fc.oneof(...each);
}

interface OperationAt {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

function requestsOf(
  { method, path, operation }: OperationAt,
  options: RequestOptions,
): fc.Arbitrary<RandomRequest> {
  const parameters = operation.parameters ?? [];
  return fc
    .record({
      steps: fc.record(
        Object.fromEntries(
          parameters
            .filter(isIn('path'))
            .map((parameter) => [String(parameter['name']), pathValues(parameter, options)]),
        ),
      ),
      query: queries(parameters.filter(isIn('query')), options),
      credential: credentials,
      sent: bodies(operation, options),
    })
    .map(({ steps, query, credential, sent: { contentType, body } }) => {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(String(steps[name])));
      const target = filled + query;
      return { method: method.toUpperCase(), path, target, credential, contentType, body };
    });
}

function isIn(place: 'path' | 'query') {
  return (parameter: JsonSchema) => parameter['in'] === place;
}

const credentials = fc.oneof(
  { arbitrary: fc.constant('admin' as const), weight: 12 },
  { arbitrary: fc.constant('token' as const), weight: 6 },
  { arbitrary: fc.constantFrom('unknown' as const, 'none' as const), weight: 1 },
);

/** A path parameter is never empty, because that would be another route. */
function pathValues(parameter: JsonSchema, options: RequestOptions): fc.Arbitrary<string> {
  const words = fc.constantFrom(...options.words);
  return fc
    .oneof(
      { arbitrary: likelyValues(parameter, options), weight: 16 },
      { arbitrary: words, weight: parameter['name'] === 'project' ? 1 : 4 },
      { arbitrary: strangeStrings, weight: 1 },
    )
    .filter((text) => text !== '');
}

/** The example, if there is one, or else a value that the schema allows. */
function likelyValues({ schema, example }: JsonSchema, options: RequestOptions): fc.Arbitrary<string> {
  if (typeof example === 'string' || typeof example === 'number') return fc.constant(String(example));
  return valuesOf(isJsonSchema(schema) ? schema : {}, { ...options, inFull: false }).map(String);
}

function queries(parameters: readonly JsonSchema[], options: RequestOptions): fc.Arbitrary<string> {
  const pairs = parameters.map((parameter) => {
    const { example: _example, ...withoutExample } = parameter;
    const values = fc.oneof(
      { arbitrary: likelyValues(parameter, options), weight: 4 },
      { arbitrary: likelyValues(withoutExample, options), weight: 4 },
      { arbitrary: strangeStrings, weight: 1 },
    );
    const pair = values.map((value) => `${String(parameter['name'])}=${encoded(value)}`);
    return fc.oneof({ arbitrary: fc.constant(null), weight: 3 }, { arbitrary: pair, weight: 1 });
  });
  const stray = fc.constantFrom('no_such=1', '=', '&&', 'limit', 'limit=1&limit=2', '%ff=%zz', 'a[b]=c');
  const other = fc.oneof({ arbitrary: fc.constant(null), weight: 20 }, { arbitrary: stray, weight: 1 });
  return fc
    .tuple(fc.tuple(...pairs), other)
    .map(([requested, extra]) => [...requested, extra].filter((part) => part !== null).join('&'))
    .map((text) => (text === '' ? '' : `?${text}`));
}

type Sent = Pick<RandomRequest, 'contentType' | 'body'>;

function bodies({ requestBody }: Operation, options: RequestOptions): fc.Arbitrary<Sent> {
  const content = isJsonSchema(requestBody?.['content']) ? requestBody['content'] : {};
  const json = content['application/json'];
  const types = fc.oneof(
    { arbitrary: fc.constant('application/json'), weight: 30 },
    {
      arbitrary: fc.constantFrom(
        null,
        'text/plain',
        'application/octet-stream',
        'application/json; charset=x',
        '/',
      ),
      weight: 1,
    },
  );
  if (!isJsonSchema(json) || !isJsonSchema(json['schema'])) return bodiesOfNoSchema(content, types);
  const values = valuesOf(json['schema'], { ...options, inFull: false });
  const likely = 'example' in json ? fc.oneof(fc.constant(json['example']), values) : values;
  const text = fc.oneof(
    { arbitrary: likely.map((value) => JSON.stringify(value)), weight: 3 },
    { arbitrary: likely.chain(spoiled), weight: 2 },
  );
  return fc.record({ contentType: types, body: text });
}

/** Usually empty, or random bytes in place of a database. */
function bodiesOfNoSchema(content: JsonSchema, types: fc.Arbitrary<string | null>): fc.Arbitrary<Sent> {
  const [type = null] = Object.keys(content);
  return fc.oneof(
    {
      arbitrary: fc.constant({ contentType: type, body: type === null ? null : 'SQLite format 3\0' }),
      weight: 8,
    },
    { arbitrary: fc.record({ contentType: types, body: spoiled({}) }), weight: 1 },
  );
}

/** An unpaired surrogate has no UTF-8; it is sent as the bytes that some programs write for it. */
function encoded(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\u{fffd}')).replaceAll('%EF%BF%BD', (whole) =>
    text.isWellFormed() ? whole : '%ED%A0%80',
  );
}
