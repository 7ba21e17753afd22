import { Type } from 'typebox';

import { credentialOf } from '../http/authentication.ts';
import { envelopeOf, success } from '../http/envelope.ts';
import type { HttpServer } from '../http/http-server.ts';
import { projectPath } from '../http/project-slug.ts';
import { adminTokenFields, tokenFields, toTokenFields } from './token-fields.ts';
import type { Tokens } from './tokens.ts';

export function registerTokenRoutes(app: HttpServer, tokens: Tokens): void {
  app.get(
    '/projects/:project/auth/me',
    {
      config: { access: 'project' },
      schema: {
        params: projectPath({}),
        response: { 200: envelopeOf(Type.Object({ token: tokenFields })) },
      },
    },
    async (request) => {
      const credential = credentialOf(request);
      if (credential.kind === 'admin') return success(request, { token: adminTokenFields });
      return success(request, { token: toTokenFields(await tokens.get(credential.tokenId)) });
    },
  );
}
