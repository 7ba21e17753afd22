import { Type } from 'typebox';

import { RowhouseError } from '../../core/errors.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import type { HttpServer } from '../../http/http-server.ts';

/** `GET /healthz`: the process answers. `GET /readyz`: the service can serve requests, according to `isReady`. */
export function registerHealthRoutes(app: HttpServer, isReady: () => Promise<boolean>): void {
  app.get(
    '/healthz',
    {
      config: { access: 'public', operationId: 'checkAlive', essential: true },
      schema: { response: { 200: envelopeOf(statusOf('alive')) } },
    },
    (request) => success(request, { status: 'alive' as const }),
  );

  app.get(
    '/readyz',
    {
      config: { access: 'public', operationId: 'checkReady', essential: true },
      schema: { response: { 200: envelopeOf(statusOf('ready')) } },
    },
    async (request) => {
      await requireReady(isReady);
      return success(request, { status: 'ready' as const });
    },
  );
}

/** A failed check also means not ready. The log has its cause. */
async function requireReady(isReady: () => Promise<boolean>): Promise<void> {
  const message = 'The service is not ready.';
  let ready: boolean;
  try {
    ready = await isReady();
  } catch (cause) {
    throw new RowhouseError('unavailable', message, { cause });
  }
  if (!ready) throw new RowhouseError('unavailable', message);
}

function statusOf<Status extends string>(status: Status) {
  return Type.Object({ status: Type.Literal(status) }, { additionalProperties: false });
}
