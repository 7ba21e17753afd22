import { Type } from 'typebox';

import { errorRegistry } from '../core/errors.ts';
import { projectIdOf } from '../http/access/project-ids.ts';
import { envelopeOf, success } from '../http/envelope.ts';
import { projectPath } from '../http/fields/project-slug.ts';
import type { HttpServer } from '../http/http-server.ts';
import { ALLOWED_KEYWORD } from '../http/validation-details.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { Operations } from './operations.ts';
import { cursorFields, cursorKeys, cursorPage, rangeFields, toRange } from './page-fields.ts';
import { requestFields, toRequestFields } from './request-fields.ts';

const reading = { access: 'project', scope: 'project' } as const;

export function registerRequestRoutes(app: HttpServer, operations: Operations): void {
  listRequests(app, operations);
  getRequest(app, operations);
}

function listRequests(app: HttpServer, operations: Operations): void {
  const requested = Type.Object(
    {
      status: Type.Optional(
        Type.String({
          pattern: '^[1-5](?:\\d\\d|xx)$',
          [ALLOWED_KEYWORD]: 'a status, "404", or a class of them, "4xx"',
          description: 'Only calls with this status (`404`) or a status of this class (`4xx`).',
        }),
      ),
      error_code: Type.Optional(
        Type.Enum(Object.keys(errorRegistry), { description: 'Only calls that failed with this code.' }),
      ),
      ...rangeFields,
      ...cursorFields,
    },
    { additionalProperties: false },
  );
  app.get(
    '/projects/:project/requests',
    {
      config: { ...reading, operationId: 'listRequests' },
      schema: {
        params: projectPath({}),
        querystring: requested,
        response: { 200: envelopeOf(Type.Object({ requests: Type.Array(requestFields), ...cursorKeys })) },
      },
    },
    async (request) => {
      const { status, error_code, limit = 50, cursor } = request.query;
      const [started, random] = cursor === undefined ? [] : readCursor('requests', 2, cursor);
      const { rows, next } = await operations.listRequests({
        projectId: projectIdOf(request),
        statuses: status === undefined ? null : statusesOf(status),
        errorCode: error_code ?? null,
        range: toRange(request.query),
        after: started === undefined || random === undefined ? null : [started, random],
        limit,
      });
      const nextCursor = next === null ? null : writeCursor('requests', next);
      return success(request, {
        requests: rows.map(toRequestFields),
        ...cursorPage(limit, rows, nextCursor),
      });
    },
  );
}

/** Returns the lowest and the highest status. */
function statusesOf(text: string): readonly [number, number] {
  return [Number(text.replace('xx', '00')), Number(text.replace('xx', '99'))];
}

function getRequest(app: HttpServer, operations: Operations): void {
  app.get(
    '/projects/:project/requests/:request_id',
    {
      config: { ...reading, operationId: 'getRequest' },
      schema: {
        params: projectPath({ request_id: Type.String({ maxLength: 100 }) }),
        response: { 200: envelopeOf(Type.Object({ request: requestFields })) },
      },
    },
    async (request) => {
      const found = await operations.getRequest(projectIdOf(request), request.params.request_id);
      return success(request, { request: toRequestFields(found) });
    },
  );
}
