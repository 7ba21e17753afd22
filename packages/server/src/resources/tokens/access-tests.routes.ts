import { Type } from 'typebox';

import { credentialOf } from '../../http/access/authentication.ts';
import { projectOf } from '../../http/access/project-ids.ts';
import { requesterOf } from '../../http/access/requester.ts';
import { envelopeOf } from '../../http/envelope.ts';
import { shownValue } from '../../http/fields/client-value.ts';
import { displayName } from '../../http/fields/display-name.ts';
import { existingNameInBody } from '../../http/fields/object-name.ts';
import { projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf, sealedRequestOf } from '../../http/idempotency.ts';
import { renderedSuccess } from '../../http/json/rendered-json.ts';
import { VALUE_FORMAT_HEADER } from '../../http/value-format.ts';
import type { AccessTests } from './access-tests.ts';

const testAnswer = Type.Object({
  token: Type.Object({
    token: Type.String(),
    token_id: Type.Integer(),
    token_type: Type.Literal('project_api_token'),
    expires_at: Type.Union([Type.String(), Type.Null()]),
  }),
  test: Type.Object({
    project: Type.String(),
    table: Type.Union([Type.String(), Type.Null()]),
    /** Null without a table, and for an empty table. */
    sample_row: Type.Union([Type.Record(Type.String(), shownValue), Type.Null()]),
  }),
});

export function registerAccessTestRoute(app: HttpServer, accessTests: AccessTests): void {
  app.post(
    '/projects/:project/auth/tokens/test',
    {
      config: {
        access: 'project',
        scope: ['tokens', 'records:read'],
        tables: 'checked',
        operationId: 'testAccess',
        headers: [VALUE_FORMAT_HEADER],
        errors: ['conflict'],
      },
      schema: {
        params: projectPath({}),
        body: Type.Object(
          { table_name: Type.Optional(existingNameInBody), token_name: Type.Optional(displayName) },
          { additionalProperties: false },
        ),
        response: { 201: envelopeOf(testAnswer) },
      },
    },
    async (request, reply) => {
      const { project } = request.params;
      const { table_name, token_name = 'temporary-access-test' } = request.body;
      const issuer = credentialOf(request);
      const { valueFormat } = request;
      const by = requesterOf(request);
      const requested = {
        project: projectOf(request),
        issuer,
        by,
        name: token_name,
        table: table_name,
        valueFormat,
      };
      const written = await accessTests.run(requested, sealedRequestOf(request));
      const { token, sample } = resultOf(request, reply, written);
      const { id, token_type, expires_at } = token.row;
      const shownToken = JSON.stringify({ token: token.secret, token_id: id, token_type, expires_at });
      const place = JSON.stringify({ project, table: sample?.table ?? null });
      const test = `${place.slice(0, -1)},"sample_row":${sample?.rowJson ?? 'null'}}`;
      reply.code(201);
      return renderedSuccess(request, `{"token":${shownToken},"test":${test}}`);
    },
  );
}
