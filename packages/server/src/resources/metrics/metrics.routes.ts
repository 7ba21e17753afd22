import { Type } from 'typebox';

import type { HttpServer } from '../../http/http-server.ts';
import type { Metrics } from './metrics.ts';

/** `GET /metrics` with the admin credential, because the metrics are about all projects. */
export function registerMetricsRoute(app: HttpServer, metrics: Metrics): void {
  app.get(
    '/metrics',
    {
      config: { access: 'admin', operationId: 'getMetrics', essential: true },
      schema: {
        response: {
          200: { description: 'The metrics.', content: { 'text/plain': { schema: Type.String() } } },
        },
      },
    },
    async (_request, reply) => reply.header('content-type', metrics.contentType).send(await metrics.text()),
  );
}
