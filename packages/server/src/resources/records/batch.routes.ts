import type { ProjectBatches } from '../../engine/project-batches.ts';
import { credentialOf } from '../../http/access/authentication.ts';
import { projectOf } from '../../http/access/project-ids.ts';
import { envelopeOf } from '../../http/envelope.ts';
import { projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf } from '../../http/idempotency.ts';
import { renderedSuccess } from '../../http/json/rendered-json.ts';
import { VALUE_FORMAT_HEADER } from '../../http/value-format.ts';
import { batchError } from './batch-errors.ts';
import { batchAnswer, batchBody, writeResults } from './batch-fields.ts';
import { toBatch } from './read-batch.ts';

export function registerBatchRoute(app: HttpServer, batches: ProjectBatches): void {
  app.post(
    '/projects/:project/batch',
    {
      config: {
        keepsRealNumbers: true,
        access: 'project',
        scope: 'records:write',
        tables: 'checked',
        headers: [VALUE_FORMAT_HEADER],
        operationId: 'runBatch',
        errors: ['constraint_violation', 'conflict', 'query_failed', 'query_timeout', 'rate_limited'],
      },
      schema: {
        params: projectPath({}),
        body: batchBody,
        response: { 200: envelopeOf(batchAnswer) },
      },
    },
    async (request, reply) => {
      const { operations, fields } = toBatch(request.body, credentialOf(request), request.valueFormat);
      const project = projectOf(request);
      const written = await batches.run(project, operations, request.idempotency).catch((error: unknown) => {
        throw batchError(error, fields);
      });
      return renderedSuccess(request, writeResults(resultOf(request, reply, written)));
    },
  );
}
