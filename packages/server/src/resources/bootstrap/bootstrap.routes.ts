import { credentialOf } from '../../http/access/authentication.ts';
import { requesterOf } from '../../http/access/requester.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { normaliseSlug } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf, sealedRequestOf } from '../../http/idempotency.ts';
import { withFields } from '../../http/subject-fields.ts';
import { VALUE_FORMAT_HEADER } from '../../http/value-format.ts';
import { bootstrapAnswer, bootstrapFields, toBootstrapAnswer } from './bootstrap-fields.ts';
import type { Bootstrap } from './bootstrap.ts';
import { contentField, toNewDatabase } from './content-fields.ts';

export function registerBootstrapRoute(app: HttpServer, bootstrap: Bootstrap): void {
  app.post(
    '/bootstrap',
    {
      config: {
        access: 'account',
        scope: 'project',
        operationId: 'bootstrapProject',
        headers: [VALUE_FORMAT_HEADER],
        keepsRealNumbers: true,
        errors: ['already_exists', 'constraint_violation', 'conflict', 'rate_limited'],
      },
      schema: { body: bootstrapFields, response: { 201: envelopeOf(bootstrapAnswer) } },
    },
    async (request, reply) => {
      const { project_slug, project_name, project_api_tokens = [] } = request.body;
      const requested = {
        issuer: credentialOf(request),
        by: requesterOf(request),
        accountId: request.body.account_id,
        slug: normaliseSlug(project_slug),
        name: project_name,
        user: request.body.initial_project_user,
        content: toNewDatabase(request.body, request.valueFormat),
        tokens: project_api_tokens.map((token) => ({
          accountUserId: token.account_user_id,
          name: token.token_name ?? null,
          username: token.project_username ?? null,
        })),
      };
      const running = bootstrap.run(requested, sealedRequestOf(request));
      const written = await withFields(running, contentField(request.body));
      return reply.code(201).send(success(request, toBootstrapAnswer(resultOf(request, reply, written))));
    },
  );
}
