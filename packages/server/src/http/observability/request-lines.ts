import type { FastifyBaseLogger } from 'fastify';

import type { RequestObserver } from './finished-requests.ts';
import { loggedSender } from './logged-sender.ts';

/** Returns an observer that logs a line for each request at the level `debug`; none if the log omits that level. */
export function requestLines(log: FastifyBaseLogger): readonly RequestObserver[] {
  if (log.level !== 'debug' && log.level !== 'trace') return [];
  return [
    ({ requestId, method, route, status, errorCode, durationMs, credential }) =>
      log.debug(
        {
          request_id: requestId,
          method,
          route,
          status,
          code: errorCode,
          duration_ms: Math.round(durationMs * 1_000) / 1_000,
          ...loggedSender(credential),
        },
        'request completed',
      ),
  ];
}
