import type { RouteOptions } from 'fastify';

import type { HttpServer } from '../http/http-server.ts';

/** The routes of a server, each as it is registered from now on. */
export function collectRoutes(app: HttpServer): readonly RouteOptions[] {
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    routes.push(route);
  });
  return routes;
}
