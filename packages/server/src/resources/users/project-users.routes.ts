import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import { credentialOf } from '../../http/access/authentication.ts';
import { projectOf } from '../../http/access/project-ids.ts';
import { requesterOf } from '../../http/access/requester.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { booleanLike, isTrue } from '../../http/fields/boolean-like.ts';
import { pageFields, pageKeys, pageOf } from '../../http/fields/paging.ts';
import { projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf, sealedRequestOf } from '../../http/idempotency.ts';
import { requestedRights, toRequestedRights } from '../tokens/token-fields.ts';
import type { Managing, ProjectUsers } from './project-users.ts';
import { newPassword, newUserFields, projectUserFields, toProjectUserFields } from './user-fields.ts';

const managing = { access: 'project', scope: 'tokens' } as const;
const userPath = projectPath({
  user_id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});
const answer = envelopeOf(Type.Object({ user: projectUserFields }));

export function registerProjectUserRoutes(app: HttpServer, users: ProjectUsers): void {
  createUser(app, users);
  listUsers(app, users);
  getUser(app, users);
  changeUser(app, users);
  removeUser(app, users);
}

function createUser(app: HttpServer, users: ProjectUsers): void {
  app.post(
    '/projects/:project/users',
    {
      config: {
        ...managing,
        operationId: 'createProjectUser',
        errors: ['already_exists', 'conflict'],
      },
      schema: {
        params: projectPath({}),
        body: Type.Object(
          { ...newUserFields.properties, ...requestedRights.properties },
          { additionalProperties: false },
        ),
        response: { 201: answer },
      },
    },
    async (request, reply) => {
      const { username, password } = request.body;
      const written = await users.create(
        { username, password, ...toRequestedRights(request.body) },
        managingBy(request),
        sealedRequestOf(request),
      );
      const user = toProjectUserFields(resultOf(request, reply, written));
      return reply.code(201).send(success(request, { user }));
    },
  );
}

function listUsers(app: HttpServer, users: ProjectUsers): void {
  app.get(
    '/projects/:project/users',
    {
      config: { ...managing, operationId: 'listProjectUsers' },
      schema: {
        params: projectPath({}),
        querystring: Type.Object(pageFields, { additionalProperties: false }),
        response: { 200: envelopeOf(Type.Object({ users: Type.Array(projectUserFields), ...pageKeys })) },
      },
    },
    async (request) => {
      const { limit = 50, offset = 0 } = request.query;
      const found = await users.list(projectOf(request), { limit, offset });
      return success(request, {
        users: found.rows.map(toProjectUserFields),
        ...pageOf({ limit, offset }, found),
      });
    },
  );
}

function getUser(app: HttpServer, users: ProjectUsers): void {
  app.get(
    '/projects/:project/users/:user_id',
    {
      config: { ...managing, operationId: 'getProjectUser' },
      schema: { params: userPath, response: { 200: answer } },
    },
    async (request) => {
      const row = await users.get(projectOf(request), request.params.user_id);
      return success(request, { user: toProjectUserFields(row) });
    },
  );
}

function changeUser(app: HttpServer, users: ProjectUsers): void {
  app.patch(
    '/projects/:project/users/:user_id',
    {
      config: { ...managing, operationId: 'changeProjectUser' },
      schema: {
        params: userPath,
        body: Type.Object(
          {
            password: Type.Optional(newPassword),
            disabled: Type.Optional(booleanLike),
            ...requestedRights.properties,
          },
          { additionalProperties: false, minProperties: 1 },
        ),
        response: { 200: answer },
      },
    },
    async (request, reply) => {
      const { password, disabled } = request.body;
      const isDisabled = disabled === undefined ? undefined : isTrue(disabled);
      const written = await users.change(
        request.params.user_id,
        { password, isDisabled, ...toRequestedRights(request.body) },
        managingBy(request),
        sealedRequestOf(request),
      );
      return success(request, { user: toProjectUserFields(resultOf(request, reply, written)) });
    },
  );
}

function removeUser(app: HttpServer, users: ProjectUsers): void {
  const removed = Type.Object({ deleted: Type.Literal(true), user_id: Type.Integer() });
  app.delete(
    '/projects/:project/users/:user_id',
    {
      config: { ...managing, operationId: 'removeProjectUser' },
      schema: { params: userPath, response: { 200: envelopeOf(removed) } },
    },
    async (request, reply) => {
      const { user_id } = request.params;
      resultOf(request, reply, await users.remove(user_id, managingBy(request), sealedRequestOf(request)));
      return success(request, { deleted: true as const, user_id });
    },
  );
}

function managingBy(request: FastifyRequest & { readonly params: { readonly project: string } }): Managing {
  return {
    project: projectOf(request),
    issuer: credentialOf(request),
    by: requesterOf(request),
  };
}
