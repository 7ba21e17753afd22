import { Type } from 'typebox';

import type { ProjectTables } from '../../engine/project-tables.ts';
import { credentialOf } from '../../http/access/authentication.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { booleanLike, flag, isTrue } from '../../http/fields/boolean-like.ts';
import { existingName } from '../../http/fields/object-name.ts';
import { projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf } from '../../http/idempotency.ts';
import { withFields } from '../../http/subject-fields.ts';
import type { Projects } from '../projects/projects.ts';
import {
  listedTableFields,
  newTableAnswer,
  newTableField,
  newTableFields,
  tableAnswer,
  tableChangeFields,
  tableFields,
  toListedTableFields,
  toNewTable,
  toNewTableAnswer,
  toTableAnswer,
  toTableChange,
  toTableFields,
} from './table-fields.ts';

/** Tables are told of together and refer to each other: a token that is limited to some is not let in. */
const reading = { access: 'project', scope: 'schema:read' } as const;
const changing = { access: 'project', scope: 'schema:write' } as const;
const tablePath = projectPath({ table: existingName });

interface Rooms {
  readonly tables: ProjectTables;
  readonly projects: Projects;
}

export function registerTableRoutes(app: HttpServer, rooms: Rooms): void {
  createTable(app, rooms);
  listTables(app, rooms, { url: '/projects/:project/tables', operationId: 'listTables' });
  listTables(app, rooms, { url: '/projects/:project/table', operationId: 'listTablesSingular' });
  getTable(app, rooms);
  changeTable(app, rooms);
  dropTable(app, rooms);
}

function createTable(app: HttpServer, { tables, projects }: Rooms): void {
  app.post(
    '/projects/:project/table',
    {
      config: {
        ...changing,
        operationId: 'createTable',
        errors: ['already_exists', 'conflict'],
      },
      schema: {
        params: projectPath({}),
        body: newTableFields,
        response: { 201: envelopeOf(newTableAnswer) },
      },
    },
    async (request, reply) => {
      const slug = await projects.slugFor(credentialOf(request), request.params.project);
      const written = await withFields(
        tables.create(slug, toNewTable(request.body), request.idempotency),
        newTableField,
      );
      const created = resultOf(request, reply, written);
      return reply.code(201).send(success(request, toNewTableAnswer(created)));
    },
  );
}

function listTables(
  app: HttpServer,
  { tables, projects }: Rooms,
  { url, operationId }: { readonly url: string; readonly operationId: string },
): void {
  app.get(
    url,
    {
      config: { ...reading, operationId },
      schema: {
        params: projectPath({}),
        querystring: Type.Object(
          { include_count: Type.Optional(flag('Whether to count the rows of each table.')) },
          { additionalProperties: false },
        ),
        response: { 200: envelopeOf(Type.Object({ tables: Type.Array(listedTableFields) })) },
      },
    },
    async (request) => {
      const countRows = isTrue(request.query.include_count);
      const slug = await projects.slugFor(credentialOf(request), request.params.project);
      const found = await tables.list(slug, { countRows });
      return success(request, { tables: found.map((table) => toListedTableFields(table, countRows)) });
    },
  );
}

function getTable(app: HttpServer, { tables, projects }: Rooms): void {
  app.get(
    '/projects/:project/table/:table',
    {
      config: { ...reading, operationId: 'getTable' },
      schema: { params: tablePath, response: { 200: envelopeOf(tableAnswer) } },
    },
    async (request) => {
      const slug = await projects.slugFor(credentialOf(request), request.params.project);
      return success(request, toTableAnswer(await tables.get(slug, request.params.table)));
    },
  );
}

function changeTable(app: HttpServer, { tables, projects }: Rooms): void {
  app.patch(
    '/projects/:project/table/:table',
    {
      config: { ...changing, operationId: 'changeTable', errors: ['already_exists', 'conflict'] },
      schema: {
        params: tablePath,
        body: tableChangeFields,
        response: { 200: envelopeOf(Type.Object({ table: tableFields })) },
      },
    },
    async (request, reply) => {
      const slug = await projects.slugFor(credentialOf(request), request.params.project);
      const change = toTableChange(request.body);
      const written = await tables.update(slug, request.params.table, change, request.idempotency);
      return success(request, { table: toTableFields(resultOf(request, reply, written)) });
    },
  );
}

function dropTable(app: HttpServer, { tables, projects }: Rooms): void {
  const data = Type.Object({ deleted: Type.Literal(true), table_name: Type.String() });
  app.delete(
    '/projects/:project/table/:table',
    {
      config: { ...changing, operationId: 'dropTable', errors: ['conflict'] },
      schema: {
        params: tablePath,
        body: Type.Object({ cascade: Type.Optional(booleanLike) }, { additionalProperties: false }),
        response: { 200: envelopeOf(data) },
      },
    },
    async (request, reply) => {
      const slug = await projects.slugFor(credentialOf(request), request.params.project);
      const cascade = isTrue(request.body.cascade);
      const dropped = await tables.drop(slug, request.params.table, { cascade }, request.idempotency);
      return success(request, {
        deleted: true as const,
        table_name: resultOf(request, reply, dropped),
      });
    },
  );
}
