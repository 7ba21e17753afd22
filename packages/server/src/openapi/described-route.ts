import type { FastifyContextConfig, RouteOptions } from 'fastify';

import { documentedPath } from '../http/documented-path.ts';
import type { OperationText, PageTexts } from './page-texts.ts';

/** A route for one method, with what the page says of it. */
export interface DescribedRoute {
  readonly method: string;
  /** As OpenAPI writes it: `/projects/{project}`. */
  readonly path: string;
  readonly config: FastifyContextConfig;
  readonly schema: NonNullable<RouteOptions['schema']>;
  /** What programs call it by; without one, its method and path. */
  readonly operationId: string;
  readonly text: OperationText;
}

/** A route that answers HEAD besides is one route: the document shows it as GET. */
export function describeRoutes(
  routes: readonly RouteOptions[],
  { operations }: PageTexts,
): readonly DescribedRoute[] {
  return routes.flatMap((route) => {
    const { url, config, schema = {} } = route;
    if (config === undefined) throw new Error(`${url} has no config.`);
    const path = documentedPath(url);
    const methods = [route.method].flat().filter((method) => method !== 'HEAD');
    return methods.map((method) => ({
      method,
      path,
      config,
      schema,
      operationId: config.operationId ?? `${method} ${path}`,
      text:
        operations.find((text) => text.method === method && text.path === path) ?? undescribed(method, path),
    }));
  });
}

/** A test says that there is none; until it is written, the service runs all the same. */
function undescribed(method: string, path: string): OperationText {
  return { method, path, tag: 'Not described', description: '', query: {} };
}
