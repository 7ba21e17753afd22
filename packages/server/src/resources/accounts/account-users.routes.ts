import { Type } from 'typebox';

import { requesterOf } from '../../http/access/requester.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { booleanLike, isTrue } from '../../http/fields/boolean-like.ts';
import { pageFields, pageKeys, pageOf } from '../../http/fields/paging.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf, sealedRequestOf } from '../../http/idempotency.ts';
import { publicBaseOf } from '../../http/public-address.ts';
import { newPassword, username } from '../users/user-fields.ts';
import { accountId, accountUserFields, toAccountUserFields } from './account-fields.ts';
import type { AccountUsers } from './account-users.ts';

const path = Type.Object({ account_id: accountId }, { additionalProperties: false });
const userPath = Type.Object(
  { account_id: accountId, account_user_id: accountId },
  { additionalProperties: false },
);
const answer = envelopeOf(Type.Object({ user: accountUserFields }));

export function registerAccountUserRoutes(app: HttpServer, users: AccountUsers): void {
  createUser(app, users);
  listUsers(app, users);
  changeUser(app, users);
  removeUser(app, users);
  createSignInLink(app, users);
}

function createUser(app: HttpServer, users: AccountUsers): void {
  app.post(
    '/accounts/:account_id/users',
    {
      config: {
        access: 'admin',
        operationId: 'createAccountUser',
        errors: ['not_found', 'already_exists'],
      },
      schema: {
        params: path,
        body: Type.Object(
          { username, password: Type.Optional(newPassword) },
          { additionalProperties: false },
        ),
        response: { 201: answer },
      },
    },
    async (request, reply) => {
      const { account_id } = request.params;
      const written = await users.create(
        { accountId: account_id, ...request.body },
        requesterOf(request),
        sealedRequestOf(request),
      );
      const user = toAccountUserFields(resultOf(request, reply, written));
      return reply.code(201).send(success(request, { user }));
    },
  );
}

function listUsers(app: HttpServer, users: AccountUsers): void {
  app.get(
    '/accounts/:account_id/users',
    {
      config: { access: 'admin', operationId: 'listAccountUsers', errors: ['not_found'] },
      schema: {
        params: path,
        querystring: Type.Object(pageFields, { additionalProperties: false }),
        response: { 200: envelopeOf(Type.Object({ users: Type.Array(accountUserFields), ...pageKeys })) },
      },
    },
    async (request) => {
      const { limit = 50, offset = 0 } = request.query;
      const found = await users.list(request.params.account_id, { limit, offset });
      return success(request, {
        users: found.rows.map(toAccountUserFields),
        ...pageOf({ limit, offset }, found),
      });
    },
  );
}

function changeUser(app: HttpServer, users: AccountUsers): void {
  app.patch(
    '/accounts/:account_id/users/:account_user_id',
    {
      config: {
        access: 'admin',
        operationId: 'changeAccountUser',
        errors: ['not_found', 'already_exists', 'conflict'],
      },
      schema: {
        params: userPath,
        body: Type.Object(
          {
            username: Type.Optional(username),
            password: Type.Optional(newPassword),
            disabled: Type.Optional(booleanLike),
          },
          { additionalProperties: false, minProperties: 1 },
        ),
        response: { 200: answer },
      },
    },
    async (request, reply) => {
      const { account_id, account_user_id } = request.params;
      const { disabled, ...change } = request.body;
      const written = await users.change(
        account_id,
        account_user_id,
        { ...change, isDisabled: disabled === undefined ? undefined : isTrue(disabled) },
        requesterOf(request),
        sealedRequestOf(request),
      );
      return success(request, { user: toAccountUserFields(resultOf(request, reply, written)) });
    },
  );
}

function removeUser(app: HttpServer, users: AccountUsers): void {
  const removed = Type.Object({ deleted: Type.Literal(true), account_user_id: Type.Integer() });
  app.delete(
    '/accounts/:account_id/users/:account_user_id',
    {
      config: { access: 'admin', operationId: 'removeAccountUser', errors: ['not_found', 'conflict'] },
      schema: { params: userPath, response: { 200: envelopeOf(removed) } },
    },
    async (request, reply) => {
      const { account_id, account_user_id } = request.params;
      const by = requesterOf(request);
      resultOf(request, reply, await users.remove(account_id, account_user_id, by, sealedRequestOf(request)));
      return success(request, { deleted: true as const, account_user_id });
    },
  );
}

function createSignInLink(app: HttpServer, users: AccountUsers): void {
  const link = Type.Object({ url: Type.String(), expires_at: Type.String() });
  app.post(
    '/accounts/:account_id/users/:account_user_id/sign-in-link',
    {
      config: { access: 'admin', operationId: 'createSignInLink', errors: ['not_found', 'conflict'] },
      schema: { params: userPath, response: { 201: envelopeOf(Type.Object({ link })) } },
    },
    async (request, reply) => {
      const { account_id, account_user_id } = request.params;
      const by = requesterOf(request);
      const written = await users.createSignInLink(account_id, account_user_id, by, sealedRequestOf(request));
      const { code, expiresAt } = resultOf(request, reply, written);
      const made = { url: `${publicBaseOf(request)}/sign-in#${code}`, expires_at: expiresAt };
      return reply.code(201).send(success(request, { link: made }));
    },
  );
}
