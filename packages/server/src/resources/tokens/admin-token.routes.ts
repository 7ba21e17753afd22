import { Type } from 'typebox';

import { sessionOf } from '../../core/credential.ts';
import { credentialOf, presentedSecret } from '../../http/access/authentication.ts';
import { requesterOf } from '../../http/access/requester.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { sealedRequestOf } from '../../http/idempotency.ts';
import type { AdminToken } from './admin-token.ts';

/** Without a title, because only one answer contains it. */
const newAdminTokenFields = Type.Object({
  token: Type.String(),
  token_type: Type.Literal('admin_credential'),
  created_at: Type.String(),
});

export function registerAdminTokenRoute(app: HttpServer, adminToken: AdminToken): void {
  app.post(
    '/admin/token',
    {
      config: { access: 'admin', operationId: 'replaceAdminToken' },
      schema: { response: { 201: envelopeOf(Type.Object({ token: newAdminTokenFields })) } },
    },
    async (request, reply) => {
      const ofSession = sessionOf(credentialOf(request)) !== null;
      const { secret, createdAt } = await adminToken.rotate(
        ofSession ? null : presentedSecret(request),
        requesterOf(request),
        sealedRequestOf(request),
      );
      const token = { token: secret, token_type: 'admin_credential' as const, created_at: createdAt };
      return reply.code(201).send(success(request, { token }));
    },
  );
}
