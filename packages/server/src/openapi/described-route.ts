import type { FastifyContextConfig, RouteOptions } from 'fastify';

import { documentedPath } from '../http/documented-path.ts';
import type { OperationText, PageTexts } from './page-texts.ts';

/** A route for one method, with its texts from the page. */
export interface DescribedRoute {
  readonly method: string;
  /** In the form of OpenAPI: `/projects/{project}`. */
  readonly path: string;
  readonly config: FastifyContextConfig;
  readonly schema: NonNullable<RouteOptions['schema']>;
  /** Its name for programs; without one, its method and path. */
  readonly operationId: string;
  readonly text: OperationText;
}

/** Describes the routes. A route that also answers HEAD is one route, shown as GET. */
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

/** A test ensures that no route is undescribed. Until a description is written, the service runs without it. */
function undescribed(method: string, path: string): OperationText {
  return { method, path, tag: 'Not described', description: '', query: {} };
}
