import { STATUS_CODES } from 'node:http';

import { takesIdempotencyKey } from '../http/route-errors.ts';
import type { DescribedRoute } from './described-route.ts';
import { isJsonSchema, type JsonSchema, titled, toJsonSchema } from './json-schema.ts';
import type { NamedSchemas } from './named-schemas.ts';
import { typeName } from './operation-name.ts';

/** The headers of every answer. */
export const ANSWER_HEADERS = { 'X-Request-Id': { $ref: '#/components/headers/XRequestId' } } as const;

/** Returns the successful answers of the route, by status. */
export function answersOf(
  route: DescribedRoute,
  schemas: NamedSchemas,
): Readonly<Record<string, JsonSchema>> {
  const declared = Object.entries(toJsonSchema(route.schema.response)).filter(
    (entry): entry is [string, JsonSchema] => isJsonSchema(entry[1]),
  );
  const exampleStatus = declared.some(([status]) => status === '201') ? '201' : '200';
  const answers = declared.map(([status, schema]): [string, JsonSchema] => [
    status,
    answerOf(route, { status, schema, schemas, showsExample: status === exampleStatus }),
  ]);
  return Object.fromEntries(answers);
}

interface DeclaredAnswer {
  readonly status: string;
  /** An envelope or another body, by its media type; the media type is null if there are only headers. */
  readonly schema: JsonSchema;
  readonly schemas: NamedSchemas;
  readonly showsExample: boolean;
}

function answerOf(
  route: DescribedRoute,
  { status, schema, schemas, showsExample }: DeclaredAnswer,
): JsonSchema {
  const { description = `${STATUS_CODES[Number(status)]}.`, ...rest } = schema;
  const answer = { description, headers: headersOf(route) };
  if (rest['type'] === 'null') return answer;
  if (isJsonSchema(rest['content'])) return { ...answer, content: rest['content'] };
  const example =
    showsExample && route.text.data !== undefined ? { example: envelopeAround(route.text.data) } : {};
  const envelope = schemas.refer(envelopeSchema(rest, `${typeName(route.operationId)}Data`));
  return { ...answer, content: { 'application/json': { schema: envelope, ...example } } };
}

function headersOf(route: DescribedRoute): Readonly<Record<string, JsonSchema>> {
  if (!takesIdempotencyKey(route)) return ANSWER_HEADERS;
  return { ...ANSWER_HEADERS, 'Idempotency-Replayed': { $ref: '#/components/headers/IdempotencyReplayed' } };
}

/** Returns the schema of an envelope whose data is a named schema. */
function envelopeSchema(envelope: JsonSchema, dataName: string): JsonSchema {
  const { properties } = envelope;
  if (!isJsonSchema(properties) || !isJsonSchema(properties['data'])) {
    throw new Error(`${JSON.stringify(envelope)} is no envelope.`);
  }
  return { ...envelope, properties: { ...properties, data: titled(properties['data'], dataName) } };
}

/** Returns the envelope shown on the page, with other data. */
function envelopeAround(data: unknown): JsonSchema {
  return {
    ok: true,
    data,
    error: null,
    request_id: 'req_20261123T115845_506000Z_136d5ccf1c51',
    meta: { generated_at: '2026-11-23T11:58:45Z' },
  };
}
