import { Type } from 'typebox';

import type { HttpServer } from '../../http/http-server.ts';
import type { Metrics } from './metrics.ts';

/** `GET /metrics` for the admin credential: the numbers tell how busy the service is, which is its owner's to know. */
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
