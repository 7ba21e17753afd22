import { Type } from 'typebox';

import { requesterOf } from '../../http/access/requester.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { booleanLike, isTrue } from '../../http/fields/boolean-like.ts';
import { displayName } from '../../http/fields/display-name.ts';
import { pageFields, pageKeys, pageOf } from '../../http/fields/paging.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf, sealedRequestOf } from '../../http/idempotency.ts';
import { accountFields, accountId, toAccountFields } from './account-fields.ts';
import type { Accounts } from './accounts.ts';

const path = Type.Object({ account_id: accountId }, { additionalProperties: false });
const answer = envelopeOf(Type.Object({ account: accountFields }));

export function registerAccountRoutes(app: HttpServer, accounts: Accounts): void {
  createAccount(app, accounts);
  listAccounts(app, accounts);
  getAccount(app, accounts);
  changeAccount(app, accounts);
  removeAccount(app, accounts);
}

function createAccount(app: HttpServer, accounts: Accounts): void {
  app.post(
    '/accounts',
    {
      config: { access: 'admin', operationId: 'createAccount' },
      schema: {
        body: Type.Object({ account_name: displayName }, { additionalProperties: false }),
        response: { 201: answer },
      },
    },
    async (request, reply) => {
      const { account_name } = request.body;
      const written = await accounts.create(account_name, requesterOf(request), sealedRequestOf(request));
      const account = toAccountFields(resultOf(request, reply, written));
      return reply.code(201).send(success(request, { account }));
    },
  );
}

function listAccounts(app: HttpServer, accounts: Accounts): void {
  app.get(
    '/accounts',
    {
      config: { access: 'admin', operationId: 'listAccounts' },
      schema: {
        querystring: Type.Object(pageFields, { additionalProperties: false }),
        response: { 200: envelopeOf(Type.Object({ accounts: Type.Array(accountFields), ...pageKeys })) },
      },
    },
    async (request) => {
      const { limit = 50, offset = 0 } = request.query;
      const found = await accounts.list({ limit, offset });
      return success(request, {
        accounts: found.rows.map(toAccountFields),
        ...pageOf({ limit, offset }, found),
      });
    },
  );
}

function getAccount(app: HttpServer, accounts: Accounts): void {
  app.get(
    '/accounts/:account_id',
    {
      config: { access: 'admin', operationId: 'getAccount', errors: ['not_found'] },
      schema: { params: path, response: { 200: answer } },
    },
    async (request) =>
      success(request, { account: toAccountFields(await accounts.get(request.params.account_id)) }),
  );
}

function changeAccount(app: HttpServer, accounts: Accounts): void {
  app.patch(
    '/accounts/:account_id',
    {
      config: { access: 'admin', operationId: 'changeAccount', errors: ['not_found', 'conflict'] },
      schema: {
        params: path,
        body: Type.Object(
          { account_name: Type.Optional(displayName), disabled: Type.Optional(booleanLike) },
          { additionalProperties: false, minProperties: 1 },
        ),
        response: { 200: answer },
      },
    },
    async (request, reply) => {
      const { account_name: name, disabled } = request.body;
      const written = await accounts.change(
        request.params.account_id,
        { name, isDisabled: disabled === undefined ? undefined : isTrue(disabled) },
        requesterOf(request),
        sealedRequestOf(request),
      );
      return success(request, { account: toAccountFields(resultOf(request, reply, written)) });
    },
  );
}

function removeAccount(app: HttpServer, accounts: Accounts): void {
  const removed = Type.Object({ deleted: Type.Literal(true), account_id: Type.Integer() });
  app.delete(
    '/accounts/:account_id',
    {
      config: { access: 'admin', operationId: 'removeAccount', errors: ['not_found', 'conflict'] },
      schema: { params: path, response: { 200: envelopeOf(removed) } },
    },
    async (request, reply) => {
      const { account_id } = request.params;
      resultOf(
        request,
        reply,
        await accounts.remove(account_id, requesterOf(request), sealedRequestOf(request)),
      );
      return success(request, { deleted: true as const, account_id });
    },
  );
}
