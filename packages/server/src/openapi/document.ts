import type { RouteOptions } from 'fastify';

import { SESSION_COOKIE } from '../http/access/session-cookie.ts';
import { describeRoutes } from './described-route.ts';
import { failureComponents } from './failures.ts';
import type { JsonSchema } from './json-schema.ts';
import { NamedSchemas } from './named-schemas.ts';
import { type Operation, operationOf } from './operation.ts';
import type { PageTexts } from './page-texts.ts';
import { headerComponents } from './request-headers.ts';

/** The parts of https://spec.openapis.org/oas/v3.1.1.html that are used here. */
export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: Readonly<Record<string, unknown>>;
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>;
}

/**
 * Describes the routes of a service, in the order of the page, from the schemas that validate their requests and answers.
 * @param options.version of the service.
 */
export function openApiDocument(
  routes: readonly RouteOptions[],
  { version, page }: { readonly version: string; readonly page: PageTexts },
): OpenApiDocument {
  const schemas = new NamedSchemas();
  const described = describeRoutes(routes, page).toSorted(
    (a, b) => placeOf(a.text, page) - placeOf(b.text, page),
  );
  const operations = described.map((route) => ({ route, operation: operationOf(route, schemas, page) }));
  const failures = failureComponents(described, schemas);
  return {
    openapi: '3.1.1',
    info: {
      title: 'Rowhouse',
      version,
      summary: 'Every project gets its own isolated SQLite database, behind one plain HTTP API',
      description: page.introduction,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // The server that served the document, behind any proxy.
    servers: [{ url: '/' }],
    tags: page.tags,
    paths: Object.fromEntries(
      [...Map.groupBy(operations, ({ route }) => route.path)].map(([path, ofPath]) => [
        path,
        Object.fromEntries(ofPath.map(({ route, operation }) => [route.method.toLowerCase(), operation])),
      ]),
    ),
    components: {
      parameters: headerComponents(schemas),
      schemas: schemas.all(),
      responses: failures.responses,
      headers: failures.headers,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A project token (`pat_…`) or the admin credential (`adm_…`).',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: SESSION_COOKIE,
          description: 'The session of a person, only for pages of this server.',
        },
      },
    },
  };
}

function placeOf(text: unknown, { operations }: PageTexts): number {
  const place = operations.findIndex((operation) => operation === text);
  return place === -1 ? operations.length : place;
}
