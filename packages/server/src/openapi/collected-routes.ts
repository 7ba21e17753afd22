import type { RouteOptions } from 'fastify';

import type { HttpServer } from '../http/http-server.ts';

/** Returns the list of the server's routes, to which each route registered later is added. */
export function collectRoutes(app: HttpServer): readonly RouteOptions[] {
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    routes.push(route);
  });
  return routes;
}
