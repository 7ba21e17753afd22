import type { RouteOptions } from 'fastify';

import { createApp } from '../../app.ts';
import { composeService } from '../../compose.ts';
import { readConfig } from '../../core/config.ts';
import { createServiceLog } from '../../http/observability/service-log.ts';
import { temporaryFolder } from '../system/temporary-folder.ts';

/** A route of the service, for one method. */
export interface RegisteredRoute {
  readonly method: string;
  /** As registered: `/projects/:project`. */
  readonly url: string;
  readonly config: NonNullable<RouteOptions['config']>;
}

/** Every route that the service registers, HEAD included. */
export async function registeredRoutes(): Promise<readonly RegisteredRoute[]> {
  using folder = temporaryFolder();
  const log = createServiceLog('silent', process.stderr);
  const config = { ...readConfig({}), dataDir: folder.path };
  const service = await composeService(config, log);
  const routes: RegisteredRoute[] = [];
  const app = createApp(service, {
    config,
    log,
    onRoute: ({ method, url, config: routeConfig }) => {
      if (routeConfig === undefined) throw new Error(`${url} has no config`);
      for (const verb of [method].flat()) routes.push({ method: verb, url, config: routeConfig });
    },
  });
  await app.ready();
  await app.close();
  await service.close();
  return routes;
}
