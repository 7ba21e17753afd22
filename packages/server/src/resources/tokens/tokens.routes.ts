import { Type } from 'typebox';

import { sessionOf } from '../../core/credential.ts';
import { credentialOf } from '../../http/access/authentication.ts';
import { allowedTables } from '../../http/access/permissions.ts';
import { projectIdOf, projectOf } from '../../http/access/project-ids.ts';
import { requesterOf } from '../../http/access/requester.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { booleanLike, isTrue } from '../../http/fields/boolean-like.ts';
import { displayName } from '../../http/fields/display-name.ts';
import { pageFields, pageKeys, pageOf } from '../../http/fields/paging.ts';
import { projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf, sealedRequestOf } from '../../http/idempotency.ts';
import { toExpiry, tokenExpiry } from './expiry-fields.ts';
import {
  adminTokenFields,
  listedTokenFields,
  newTokenFields,
  requestedRights,
  tokenFields,
  toListedTokenFields,
  toNewTokenFields,
  toRequestedRights,
  toSessionFields,
  toTokenFields,
} from './token-fields.ts';
import { DEFAULT_TOKEN_NAME, type Tokens } from './tokens.ts';

const administering = { access: 'project', scope: 'tokens', tables: 'untouched' } as const;

export function registerTokenRoutes(app: HttpServer, tokens: Tokens): void {
  getOwnToken(app, tokens);
  createToken(app, tokens);
  listTokens(app, tokens);
  revokeToken(app, tokens);
}

function getOwnToken(app: HttpServer, tokens: Tokens): void {
  app.get(
    '/projects/:project/auth/me',
    {
      config: { access: 'project', scope: null, tables: 'untouched', operationId: 'getOwnToken' },
      schema: {
        params: projectPath({}),
        response: { 200: envelopeOf(Type.Object({ token: tokenFields })) },
      },
    },
    async (request) => {
      const credential = credentialOf(request);
      // A project token exists only with its project. The admin credential may name a project that does not exist.
      projectIdOf(request);
      if (credential.kind === 'project_token') {
        return success(request, { token: toTokenFields(await tokens.get(credential.tokenId)) });
      }
      const session = sessionOf(credential);
      return success(request, { token: session === null ? adminTokenFields : toSessionFields(session) });
    },
  );
}

const tokenRequest = Type.Object(
  {
    token_name: Type.Optional(displayName),
    token_type: Type.Optional(Type.Literal('project_api_token')),
    revoke_previous: Type.Optional(booleanLike),
    expires_at: Type.Optional(tokenExpiry),
    ...requestedRights.properties,
  },
  { additionalProperties: false },
);

function createToken(app: HttpServer, tokens: Tokens): void {
  app.post(
    '/projects/:project/auth/tokens',
    {
      config: { ...administering, operationId: 'createToken' },
      schema: {
        params: projectPath({}),
        body: tokenRequest,
        response: { 201: envelopeOf(Type.Object({ token: newTokenFields })) },
      },
    },
    async (request, reply) => {
      const { token_name = DEFAULT_TOKEN_NAME, revoke_previous = true } = request.body;
      const { expires_at } = request.body;
      const requested = {
        project: projectOf(request),
        issuer: credentialOf(request),
        by: requesterOf(request),
        name: token_name,
        revokePrevious: isTrue(revoke_previous),
        grant: { ...toRequestedRights(request.body), expiresAt: toExpiry(expires_at) },
      };
      const token = resultOf(request, reply, await tokens.create(requested, sealedRequestOf(request)));
      return reply.code(201).send(success(request, { token: toNewTokenFields(token) }));
    },
  );
}

function listTokens(app: HttpServer, tokens: Tokens): void {
  app.get(
    '/projects/:project/auth/tokens',
    {
      config: { ...administering, operationId: 'listTokens' },
      schema: {
        params: projectPath({}),
        querystring: Type.Object(pageFields, { additionalProperties: false }),
        response: { 200: envelopeOf(Type.Object({ tokens: Type.Array(listedTokenFields), ...pageKeys })) },
      },
    },
    async (request) => {
      const { limit = 50, offset = 0 } = request.query;
      const found = await tokens.list(projectOf(request), { limit, offset });
      const shown = allowedTables(credentialOf(request));
      return success(request, {
        tokens: found.rows.map((row) => toListedTokenFields(row, shown)),
        ...pageOf({ limit, offset }, found),
      });
    },
  );
}

function revokeToken(app: HttpServer, tokens: Tokens): void {
  const tokenId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
  const revoked = Type.Object({ revoked: Type.Literal(true), token_id: Type.Integer() });
  app.delete(
    '/projects/:project/auth/tokens/:token_id',
    {
      config: { ...administering, operationId: 'revokeToken' },
      schema: { params: projectPath({ token_id: tokenId }), response: { 200: envelopeOf(revoked) } },
    },
    async (request, reply) => {
      const { token_id } = request.params;
      const project = projectOf(request);
      resultOf(
        request,
        reply,
        await tokens.revoke(project, token_id, requesterOf(request), sealedRequestOf(request)),
      );
      return success(request, { revoked: true as const, token_id });
    },
  );
}
