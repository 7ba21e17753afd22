import { Type } from 'typebox';
import { RowhouseError } from '../errors.ts';
import { envelopeOf, success } from '../http/envelope.ts';
import type { HttpServer } from '../http/http-server.ts';

/** `GET /healthz`: the process answers. `GET /readyz`: it can also serve, as far as `isReady` can tell. */
export function registerHealthRoutes(app: HttpServer, isReady: () => Promise<boolean>): void {
  app.get(
    '/healthz',
    { config: { access: 'public' }, schema: { response: { 200: envelopeOf(statusOf('alive')) } } },
    (request) => success(request, { status: 'alive' as const }),
  );

  app.get(
    '/readyz',
    { config: { access: 'public' }, schema: { response: { 200: envelopeOf(statusOf('ready')) } } },
    async (request) => {
      if (!(await isReady())) throw new RowhouseError('unavailable', 'The service is not ready.');
      return success(request, { status: 'ready' as const });
    },
  );
}

function statusOf<Status extends string>(status: Status) {
  return Type.Object({ status: Type.Literal(status) }, { additionalProperties: false });
}
