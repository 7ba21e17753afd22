import type { FastifyRequest } from 'fastify';
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
import { VALUE_FORMAT_HEADER } from '../../http/value-format.ts';
import {
  columnChangeField,
  columnChangeFields,
  columnChangesField,
  columnChangesFields,
  columnFields,
  newColumnField,
  newColumnFields,
  type ColumnReader,
  toColumnChange,
  toColumnChanges,
  toColumnFields,
  toNewColumn,
} from './column-fields.ts';
import { findColumn } from './find-column.ts';

/** As with tables, whose columns they are: a token that is limited to some tables is not let in. */
const headers = [VALUE_FORMAT_HEADER] as const;
const reading = { access: 'project', scope: 'schema:read', headers } as const;
const dropping = { access: 'project', scope: 'schema:write' } as const;
const changing = { ...dropping, headers, keepsRealNumbers: true } as const;

/** What a column that is added or changed may meet with. */
const REFUSALS = ['already_exists', 'constraint_violation', 'conflict'] as const;

const TABLE = '/projects/:project/column/:table';
const COLUMN = '/projects/:project/column/:table/:column';
const tablePath = projectPath({ table: existingName });
const columnPath = projectPath({ table: existingName, column: existingName });

const columnAnswer = Type.Object({ table: Type.String(), column: columnFields });

export function registerColumnRoutes(app: HttpServer, tables: ProjectTables): void {
  listColumns(app, tables);
  addColumn(app, tables);
  changeColumns(app, tables);
  getColumn(app, tables);
  changeColumn(app, tables);
  dropColumn(app, tables);
}

function listColumns(app: HttpServer, tables: ProjectTables): void {
  const data = Type.Object({ table: Type.String(), columns: Type.Array(columnFields) });
  app.get(
    TABLE,
    {
      config: { ...reading, operationId: 'listColumns' },
      schema: { params: tablePath, response: { 200: envelopeOf(data) } },
    },
    async (request) => {
      const project = projectOf(request);
      const { table, columns } = await tables.get(project, request.params.table);
      return success(request, {
        table: table.name,
        columns: columns.map((column) => toColumnFields(column, request.valueFormat)),
      });
    },
  );
}

function addColumn(app: HttpServer, tables: ProjectTables): void {
  app.post(
    TABLE,
    {
      config: { ...changing, operationId: 'addColumn', errors: REFUSALS },
      schema: { params: tablePath, body: newColumnFields, response: { 201: envelopeOf(columnAnswer) } },
    },
    async (request, reply) => {
      const project = projectOf(request);
      const column = toNewColumn(request.body, { field: 'body', format: request.valueFormat });
      const written = await withFields(
        tables.addColumn(project, request.params.table, column, request.idempotency),
        newColumnField,
      );
      const added = resultOf(request, reply, written);
      const data = { table: added.tableName, column: toColumnFields(added, request.valueFormat) };
      return reply.code(201).send(success(request, data));
    },
  );
}

function readerOf(request: FastifyRequest): ColumnReader {
  return { format: request.valueFormat, showsValues: mayReadRows(credentialOf(request)) };
}

function changeColumns(app: HttpServer, tables: ProjectTables): void {
  const data = Type.Object({ updated_count: Type.Integer() });
  app.patch(
    TABLE,
    {
      config: { ...changing, operationId: 'changeColumns', errors: REFUSALS },
      schema: { params: tablePath, body: columnChangesFields, response: { 200: envelopeOf(data) } },
    },
    async (request, reply) => {
      const changes = toColumnChanges(request.body, readerOf(request));
      const project = projectOf(request);
      const written = await withFields(
        tables.changeColumns(project, request.params.table, changes, request.idempotency),
        columnChangesField(request.body),
      );
      return success(request, { updated_count: resultOf(request, reply, written).length });
    },
  );
}

function getColumn(app: HttpServer, tables: ProjectTables): void {
  app.get(
    COLUMN,
    {
      config: { ...reading, operationId: 'getColumn' },
      schema: { params: columnPath, response: { 200: envelopeOf(columnAnswer) } },
    },
    async (request) => {
      const project = projectOf(request);
      const { table, column } = request.params;
      const found = findColumn(await tables.get(project, table), column);
      return success(request, { table: found.tableName, column: toColumnFields(found, request.valueFormat) });
    },
  );
}

function changeColumn(app: HttpServer, tables: ProjectTables): void {
  app.patch(
    COLUMN,
    {
      config: { ...changing, operationId: 'changeColumn', errors: REFUSALS },
      schema: { params: columnPath, body: columnChangeFields, response: { 200: envelopeOf(columnAnswer) } },
    },
    async (request, reply) => {
      const { table, column } = request.params;
      const change = toColumnChange(request.body, column, { field: 'body', ...readerOf(request) });
      const project = projectOf(request);
      const written = await withFields(
        tables.changeColumns(project, table, [change], request.idempotency),
        columnChangeField,
      );
      const [changed] = resultOf(request, reply, written);
      if (changed === undefined) throw new Error('the engine returned no column for a change');
      return success(request, {
        table: changed.tableName,
        column: toColumnFields(changed, request.valueFormat),
      });
    },
  );
}

function dropColumn(app: HttpServer, tables: ProjectTables): void {
  const data = Type.Object({ deleted: Type.Literal(true), column_name: Type.String() });
  app.delete(
    COLUMN,
    {
      config: { ...dropping, operationId: 'dropColumn', errors: ['conflict'] },
      schema: { params: columnPath, response: { 200: envelopeOf(data) } },
    },
    async (request, reply) => {
      const project = projectOf(request);
      const { table, column } = request.params;
      const dropped = await tables.dropColumn(project, table, column, request.idempotency);
      return success(request, {
        deleted: true as const,
        column_name: resultOf(request, reply, dropped),
      });
    },
  );
}
