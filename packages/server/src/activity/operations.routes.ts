import { Type } from 'typebox';

import { OPERATION_KEY_FORM } from '../http/access/operation-grouping.ts';
import { projectIdOf } from '../http/access/project-ids.ts';
import { envelopeOf, success } from '../http/envelope.ts';
import { projectPath } from '../http/fields/project-slug.ts';
import type { HttpServer } from '../http/http-server.ts';
import { placeCalls } from './call-offsets.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { operationFields, RUN_STATUSES, toOperationFields } from './operation-fields.ts';
import type { Operations } from './operations.ts';
import { cursorFields, cursorKeys, cursorPage, rangeFields, toRange } from './page-fields.ts';
import { callFields, toCallFields } from './request-fields.ts';

const reading = { access: 'project', scope: 'project' } as const;

export function registerOperationRoutes(app: HttpServer, operations: Operations): void {
  listOperations(app, operations);
  getOperation(app, operations);
}

function listOperations(app: HttpServer, operations: Operations): void {
  const requested = Type.Object(
    {
      operation_key: Type.Optional(
        Type.String({ ...OPERATION_KEY_FORM, description: 'Only runs with this key.' }),
      ),
      status: Type.Optional(Type.Enum([...RUN_STATUSES], { description: 'Only runs with this status.' })),
      ...rangeFields,
      sort: Type.Optional(
        Type.Enum(['latest', 'slowest'], {
          default: 'latest',
          description: 'The sort order: the latest start first, or the longest duration first.',
        }),
      ),
      ...cursorFields,
    },
    { additionalProperties: false },
  );
  app.get(
    '/projects/:project/operations',
    {
      config: { ...reading, operationId: 'listOperations' },
      schema: {
        params: projectPath({}),
        querystring: requested,
        response: {
          200: envelopeOf(Type.Object({ operations: Type.Array(operationFields), ...cursorKeys })),
        },
      },
    },
    async (request) => {
      const { operation_key, status, sort = 'latest', limit = 50, cursor } = request.query;
      const [by, run] = cursor === undefined ? [] : readCursor(sort, 2, cursor);
      const { rows, next } = await operations.list({
        projectId: projectIdOf(request),
        operationKey: operation_key ?? null,
        status: status ?? null,
        range: toRange(request.query),
        sort,
        after: by === undefined || run === undefined ? null : [by, run],
        limit,
      });
      const page = cursorPage(limit, rows, next === null ? null : writeCursor(sort, next));
      return success(request, {
        operations: rows.map((row) => toOperationFields(row, operations.isActive(row))),
        ...page,
      });
    },
  );
}

function getOperation(app: HttpServer, operations: Operations): void {
  const data = Type.Object({ operation: operationFields, calls: Type.Array(callFields), ...cursorKeys });
  const requested = { ...cursorFields, limit: Type.Optional({ ...cursorFields.limit, default: 500 }) };
  app.get(
    '/projects/:project/operations/:run_id',
    {
      config: { ...reading, operationId: 'getOperation' },
      schema: {
        params: projectPath({ run_id: Type.String({ maxLength: 128 }) }),
        querystring: Type.Object(requested, { additionalProperties: false }),
        response: { 200: envelopeOf(data) },
      },
    },
    async (request) => {
      const { limit = 500, cursor } = request.query;
      const [started, random, end] = cursor === undefined ? [] : readCursor('calls', 3, cursor);
      const after = started === undefined || random === undefined ? null : ([started, random] as const);
      const { run, rows, next } = await operations.get(projectIdOf(request), request.params.run_id, {
        after,
        limit,
      });
      const { placed, latestEnd } = placeCalls(rows, {
        runStarted: run.started,
        latestEnd: end ?? run.started,
      });
      const nextCursor = next === null ? null : writeCursor('calls', [...next, latestEnd]);
      return success(request, {
        operation: toOperationFields(run, operations.isActive(run)),
        calls: placed.map(toCallFields),
        ...cursorPage(limit, rows, nextCursor),
      });
    },
  );
}
