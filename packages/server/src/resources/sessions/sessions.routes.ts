import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';

import { type Session, sessionOf } from '../../core/credential.ts';
import { credentialOf } from '../../http/access/authentication.ts';
import { originOf, requesterOf } from '../../http/access/requester.ts';
import { clearSessionCookie, setSessionCookie } from '../../http/access/session-cookie.ts';
import { clientGone } from '../../http/client-gone.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { normaliseSlug } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { toRightsFields } from '../tokens/token-fields.ts';
import { newPassword, passwordGiven, username } from '../users/user-fields.ts';
import { sessionFields, signedInUserFields, toSessionFields } from './session-fields.ts';
import type { CurrentSession } from './session-look-up.ts';
import { SESSION_SECONDS, type Sessions } from './sessions.ts';
import type { BrowserOrigin, SignIns } from './sign-ins.ts';

const signedIn = Type.Object({ session: sessionFields, user: signedInUserFields });
const ended = envelopeOf(Type.Object({ ended: Type.Literal(true), session_id: Type.Integer() }));

export function registerSessionRoutes(app: HttpServer, sessions: Sessions, signIns: SignIns): void {
  startSession(app, signIns);
  getSession(app, sessions);
  listSessions(app, sessions);
  endOwnSession(app, sessions);
  endSession(app, sessions);
  setPassword(app, signIns);
}

/** A password or the code of a link. */
const credentials = Type.Union([
  Type.Object(
    {
      username,
      password: passwordGiven,
      project_slug: Type.Optional(Type.String({ maxLength: 200 })),
    },
    { additionalProperties: false },
  ),
  Type.Object({ code: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: false }),
]);

function startSession(app: HttpServer, signIns: SignIns): void {
  app.post(
    '/auth/sessions',
    {
      config: {
        access: 'public',
        operationId: 'startSession',
        errors: ['invalid_credentials', 'rate_limited', 'invalid_token'],
      },
      schema: { body: credentials, response: { 201: envelopeOf(signedIn) } },
    },
    async (request, reply) => {
      const { body } = request;
      const origin = browserOf(request, reply);
      const { secret, current } = await ('code' in body
        ? signIns.withLink(body.code, origin)
        : signIns.withPassword(
            {
              ...body,
              projectSlug: body.project_slug === undefined ? undefined : normaliseSlug(body.project_slug),
            },
            origin,
          ));
      setSessionCookie(request, reply, { secret, seconds: SESSION_SECONDS });
      return reply.code(201).send(success(request, toSignedIn(current)));
    },
  );
}

function getSession(app: HttpServer, sessions: Sessions): void {
  app.get(
    '/auth/session',
    {
      config: { access: 'session', operationId: 'getSession' },
      schema: { response: { 200: envelopeOf(signedIn) } },
    },
    async (request) => success(request, toSignedIn(await sessions.current(ownSession(request)))),
  );
}

function listSessions(app: HttpServer, sessions: Sessions): void {
  app.get(
    '/auth/sessions',
    {
      config: { access: 'session', operationId: 'listSessions' },
      schema: { response: { 200: envelopeOf(Type.Object({ sessions: Type.Array(sessionFields) })) } },
    },
    async (request) => {
      const rows = await sessions.list(ownSession(request));
      return success(request, { sessions: rows.map(toSessionFields) });
    },
  );
}

function endOwnSession(app: HttpServer, sessions: Sessions): void {
  app.delete(
    '/auth/session',
    {
      config: { access: 'session', operationId: 'endOwnSession', errors: ['not_found'] },
      schema: { response: { 200: ended } },
    },
    async (request, reply) => {
      const session = ownSession(request);
      await sessions.end(session, session.id, requesterOf(request));
      clearSessionCookie(request, reply);
      return success(request, { ended: true as const, session_id: session.id });
    },
  );
}

function endSession(app: HttpServer, sessions: Sessions): void {
  const id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
  app.delete(
    '/auth/sessions/:session_id',
    {
      config: { access: 'session', operationId: 'endSession', errors: ['not_found'] },
      schema: {
        params: Type.Object({ session_id: id }, { additionalProperties: false }),
        response: { 200: ended },
      },
    },
    async (request) => {
      const { session_id } = request.params;
      await sessions.end(ownSession(request), session_id, requesterOf(request));
      return success(request, { ended: true as const, session_id });
    },
  );
}

function setPassword(app: HttpServer, signIns: SignIns): void {
  app.post(
    '/auth/password',
    {
      config: {
        access: 'session',
        operationId: 'setPassword',
        errors: ['invalid_credentials', 'rate_limited'],
      },
      schema: {
        body: Type.Object(
          { current_password: Type.Optional(passwordGiven), password: newPassword },
          { additionalProperties: false },
        ),
        response: { 200: envelopeOf(Type.Object({ password_set: Type.Literal(true) })) },
      },
    },
    async (request, reply) => {
      const { current_password: current, password } = request.body;
      const by = { ...requesterOf(request), ...originOf(request), signal: clientGone(reply) };
      await signIns.setPassword(ownSession(request), { current, password }, by);
      return success(request, { password_set: true as const });
    },
  );
}

function ownSession(request: FastifyRequest): Session {
  const session = sessionOf(credentialOf(request));
  if (session === null) throw new Error('A route of sessions was called without one.');
  return session;
}

function browserOf(request: FastifyRequest, reply: FastifyReply): BrowserOrigin {
  const { 'user-agent': userAgent } = request.headers;
  return { ...originOf(request), userAgent, signal: clientGone(reply) };
}

function toSignedIn(current: CurrentSession): Static<typeof signedIn> {
  const { row, credential, username: name, accountId, project, rights, passwordHash } = current;
  return {
    session: toSessionFields(row),
    user: {
      role: roleOf(credential.kind),
      username: name,
      account_user_id: row.account_user_id,
      account_id: accountId,
      project_slug: project?.project_slug ?? null,
      ...toRightsFields(rights),
      has_password: passwordHash !== null,
    },
  };
}

function roleOf(kind: CurrentSession['credential']['kind']): Static<typeof signedInUserFields>['role'] {
  if (kind === 'admin') return 'owner';
  return kind === 'account_user' ? 'account_user' : 'project_user';
}
