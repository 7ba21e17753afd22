import { Type } from 'typebox';

import { originOf } from '../../http/access/requester.ts';
import { clientGone } from '../../http/client-gone.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { booleanLike, isTrue } from '../../http/fields/boolean-like.ts';
import { displayName } from '../../http/fields/display-name.ts';
import { projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { toExpiry, tokenExpiry } from '../tokens/expiry-fields.ts';
import { newTokenFields, toNewTokenFields } from '../tokens/token-fields.ts';
import { passwordGiven, username } from './user-fields.ts';
import type { Users } from './users.ts';

export function registerLoginRoute(app: HttpServer, users: Users): void {
  app.post(
    '/projects/:project/auth/login',
    {
      // The password is the credential.
      config: {
        access: 'public',
        operationId: 'logIn',
        errors: ['invalid_credentials', 'rate_limited'],
      },
      schema: {
        params: projectPath({}),
        body: Type.Object(
          {
            username,
            password: passwordGiven,
            token_name: Type.Optional(displayName),
            revoke_previous: Type.Optional(booleanLike),
            expires_at: Type.Optional(tokenExpiry),
          },
          { additionalProperties: false },
        ),
        response: { 201: envelopeOf(Type.Object({ token: newTokenFields })) },
      },
    },
    async (request, reply) => {
      const { username: name, password, token_name = 'login', revoke_previous, expires_at } = request.body;
      const token = await users.logIn({
        projectSlug: request.params.project,
        username: name,
        password,
        origin: originOf(request),
        tokenName: token_name,
        expiresAt: toExpiry(expires_at),
        revokePrevious: isTrue(revoke_previous),
        signal: clientGone(reply),
      });
      return reply.code(201).send(success(request, { token: toNewTokenFields(token) }));
    },
  );
}
