import type { ProjectQueries } from '../../engine/project-queries.ts';
import { credentialOf } from '../../http/access/authentication.ts';
import { projectOf } from '../../http/access/project-ids.ts';
import { clientGone } from '../../http/client-gone.ts';
import { envelopeOf } from '../../http/envelope.ts';
import { projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { renderedSuccess } from '../../http/json/rendered-json.ts';
import { withFields } from '../../http/subject-fields.ts';
import { VALUE_FORMAT_HEADER } from '../../http/value-format.ts';
import { queryAnswer, queryBody, queryFields, toQuery, writeQueryAnswer } from './query-fields.ts';

export function registerQueryRoute(app: HttpServer, queries: ProjectQueries): void {
  app.post(
    '/projects/:project/query',
    {
      config: {
        access: 'project',
        operationId: 'runQuery',
        scope: 'query',
        tables: 'checked',
        headers: [VALUE_FORMAT_HEADER],
        keepsRealNumbers: true,
        errors: ['query_rejected', 'query_failed', 'query_timeout', 'rate_limited'],
      },
      schema: { params: projectPath({}), body: queryBody, response: { 200: envelopeOf(queryAnswer) } },
    },
    async (request, reply) => {
      const query = toQuery(request.body, credentialOf(request), request.valueFormat);
      const project = projectOf(request);
      const answer = await withFields(
        queries.run(project, query, clientGone(reply)),
        queryFields(request.body),
      );
      return renderedSuccess(request, writeQueryAnswer(answer, query));
    },
  );
}
