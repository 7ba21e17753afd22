import { Type } from 'typebox';

import type { ProjectTables } from '../../engine/project-tables.ts';
import { credentialOf } from '../../http/access/authentication.ts';
import { mayReadRows } from '../../http/access/permissions.ts';
import { projectOf } from '../../http/access/project-ids.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { existingName } from '../../http/fields/object-name.ts';
import { projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf } from '../../http/idempotency.ts';
import { withFields } from '../../http/subject-fields.ts';
import { indexFields, newIndexField, newIndexKeys, toIndexFields, toNewIndex } from './index-fields.ts';

const reading = { access: 'project', scope: 'schema:read' } as const;
const changing = { access: 'project', scope: 'schema:write' } as const;
const tablePath = projectPath({ table: existingName });

export function registerIndexRoutes(app: HttpServer, tables: ProjectTables): void {
  createIndex(app, tables);
  listIndexes(app, tables);
  dropIndex(app, tables);
}

function createIndex(app: HttpServer, tables: ProjectTables): void {
  const body = Type.Object(newIndexKeys, { additionalProperties: false });
  app.post(
    '/projects/:project/indexes/:table',
    {
      config: {
        ...changing,
        operationId: 'createIndex',
        errors: ['already_exists', 'constraint_violation', 'conflict'],
      },
      schema: { params: tablePath, body, response: { 201: envelopeOf(Type.Object({ index: indexFields })) } },
    },
    async (request, reply) => {
      const project = projectOf(request);
      const index = toNewIndex(request.body, mayReadRows(credentialOf(request)));
      const written = await withFields(
        tables.createIndex(project, request.params.table, index, request.idempotency),
        newIndexField('body'),
      );
      const created = resultOf(request, reply, written);
      return reply.code(201).send(success(request, { index: toIndexFields(created) }));
    },
  );
}

function listIndexes(app: HttpServer, tables: ProjectTables): void {
  const data = Type.Object({ table: Type.String(), indexes: Type.Array(indexFields) });
  app.get(
    '/projects/:project/indexes/:table',
    {
      config: { ...reading, operationId: 'listIndexes' },
      schema: { params: tablePath, response: { 200: envelopeOf(data) } },
    },
    async (request) => {
      const project = projectOf(request);
      const { table, indexes } = await tables.get(project, request.params.table);
      return success(request, { table: table.name, indexes: indexes.map(toIndexFields) });
    },
  );
}

function dropIndex(app: HttpServer, tables: ProjectTables): void {
  const data = Type.Object({ deleted: Type.Literal(true), index_name: Type.String() });
  app.delete(
    '/projects/:project/indexes/:table/:index_name',
    {
      config: { ...changing, operationId: 'dropIndex', errors: ['conflict'] },
      schema: {
        params: projectPath({ table: existingName, index_name: existingName }),
        response: { 200: envelopeOf(data) },
      },
    },
    async (request, reply) => {
      const { table, index_name } = request.params;
      const project = projectOf(request);
      const dropped = await tables.dropIndex(project, table, index_name, request.idempotency);
      return success(request, {
        deleted: true as const,
        index_name: resultOf(request, reply, dropped),
      });
    },
  );
}
