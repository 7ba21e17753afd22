import type { Access } from '../http/access/authentication.ts';
import { scopesOf } from '../http/access/permissions.ts';
import { answersOf } from './answers.ts';
import type { DescribedRoute } from './described-route.ts';
import { failuresOf } from './failures.ts';
import { type JsonSchema, propertiesOf, titled, toJsonSchema } from './json-schema.ts';
import type { NamedSchemas } from './named-schemas.ts';
import { inWords, typeName } from './operation-name.ts';
import type { PageTexts } from './page-texts.ts';
import { parametersOf } from './parameters.ts';
import { headersOf } from './request-headers.ts';

/** https://spec.openapis.org/oas/v3.1.1.html#operation-object */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly JsonSchema[];
  readonly requestBody?: JsonSchema;
  readonly responses: Readonly<Record<string, JsonSchema>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly 'x-access': string;
  readonly 'x-required-scopes'?: readonly string[];
  readonly 'x-whole-project'?: boolean;
}

export function operationOf(route: DescribedRoute, schemas: NamedSchemas, page: PageTexts): Operation {
  const { operationId, text, config } = route;
  const parameters = [...parametersOf(route, schemas, page), ...headersOf(route)];
  const requestBody = requestBodyOf(route, schemas);
  return {
    operationId,
    summary: inWords(operationId),
    description: text.description,
    tags: [text.tag],
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody !== null && { requestBody }),
    responses: { ...answersOf(route, schemas), ...failuresOf(route) },
    security: securityOf(config.access),
    'x-access': config.access,
    ...permissionsOf(route),
  };
}

/** A session may take the place of a token. Its own routes take nothing else. */
function securityOf(access: Access): Operation['security'] {
  if (access === 'public') return [];
  return access === 'session' ? [{ session: [] }] : [{ bearer: [] }, { session: [] }];
}

function permissionsOf({ config }: DescribedRoute): Pick<Operation, 'x-required-scopes' | 'x-whole-project'> {
  if (config.scope === undefined) return {};
  return {
    'x-required-scopes': scopesOf({ scope: config.scope }),
    'x-whole-project': config.tables === undefined,
  };
}

/** Returns null for a route without a body, or without fields in it. */
function requestBodyOf(
  { schema, config, operationId, text }: DescribedRoute,
  schemas: NamedSchemas,
): JsonSchema | null {
  if (config.body === 'stream') {
    const bytes = (config.mediaTypes ?? ['application/octet-stream']).map((type) => [type, {}] as const);
    return { required: true, content: Object.fromEntries(bytes) };
  }
  if (schema.body === undefined) return null;
  const body = toJsonSchema(schema.body);
  const fields = propertiesOf(body);
  if (fields.length === 0 && body['additionalProperties'] === false) return null;
  const media = {
    schema: schemas.refer(titled(body, `${typeName(operationId)}Request`)),
    ...(text.body !== undefined && { example: text.body }),
  };
  return { required: fields.some(({ required }) => required), content: { 'application/json': media } };
}
