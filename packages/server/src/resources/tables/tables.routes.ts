import { Type } from 'typebox';

import type { ProjectTables } from '../../engine/project-tables.ts';
import { projectOf } from '../../http/access/project-ids.ts';
import { requesterOf } from '../../http/access/requester.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { booleanLike, flag, isTrue } from '../../http/fields/boolean-like.ts';
import { existingName } from '../../http/fields/object-name.ts';
import { projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf } from '../../http/idempotency.ts';
import { withFields } from '../../http/subject-fields.ts';
import { VALUE_FORMAT_HEADER } from '../../http/value-format.ts';
import type { Audit } from '../audit/audit.ts';
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

/** Tables are listed together and reference each other, so tokens that are limited to tables are refused. */
const reading = { access: 'project', scope: 'schema:read' } as const;
const changing = { access: 'project', scope: 'schema:write' } as const;
const tablePath = projectPath({ table: existingName });

export function registerTableRoutes(app: HttpServer, tables: ProjectTables, audit: Audit): void {
  createTable(app, tables);
  listTables(app, tables, { url: '/projects/:project/tables', operationId: 'listTables' });
  listTables(app, tables, { url: '/projects/:project/table', operationId: 'listTablesSingular' });
  getTable(app, tables);
  changeTable(app, tables);
  dropTable(app, tables, audit);
}

function createTable(app: HttpServer, tables: ProjectTables): void {
  app.post(
    '/projects/:project/table',
    {
      config: {
        ...changing,
        operationId: 'createTable',
        headers: [VALUE_FORMAT_HEADER],
        keepsRealNumbers: true,
        errors: ['already_exists', 'conflict'],
      },
      schema: {
        params: projectPath({}),
        body: newTableFields,
        response: { 201: envelopeOf(newTableAnswer) },
      },
    },
    async (request, reply) => {
      const project = projectOf(request);
      const written = await withFields(
        tables.create(project, toNewTable(request.body, request.valueFormat), request.idempotency),
        newTableField,
      );
      const created = resultOf(request, reply, written);
      return reply.code(201).send(success(request, toNewTableAnswer(created, request.valueFormat)));
    },
  );
}

function listTables(
  app: HttpServer,
  tables: ProjectTables,
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
      const project = projectOf(request);
      const found = await tables.list(project, { countRows });
      return success(request, { tables: found.map((table) => toListedTableFields(table, countRows)) });
    },
  );
}

function getTable(app: HttpServer, tables: ProjectTables): void {
  app.get(
    '/projects/:project/table/:table',
    {
      config: { ...reading, headers: [VALUE_FORMAT_HEADER], operationId: 'getTable' },
      schema: { params: tablePath, response: { 200: envelopeOf(tableAnswer) } },
    },
    async (request) => {
      const project = projectOf(request);
      const details = await tables.get(project, request.params.table);
      return success(request, toTableAnswer(details, request.valueFormat));
    },
  );
}

function changeTable(app: HttpServer, tables: ProjectTables): void {
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
      const project = projectOf(request);
      const change = toTableChange(request.body);
      const written = await tables.update(project, request.params.table, change, request.idempotency);
      return success(request, { table: toTableFields(resultOf(request, reply, written)) });
    },
  );
}

function dropTable(app: HttpServer, tables: ProjectTables, audit: Audit): void {
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
      const project = projectOf(request);
      const cascade = isTrue(request.body.cascade);
      const dropped = await tables.drop(project, request.params.table, { cascade }, request.idempotency);
      const table_name = resultOf(request, reply, dropped);
      const change = { action: 'table.deleted', subject: table_name } as const;
      await audit.record(project, change, requesterOf(request), dropped.replayOf);
      return success(request, { deleted: true as const, table_name });
    },
  );
}
