import type { FastifyRequest } from 'fastify';

import { invalidField } from '../../core/errors.ts';
import type { ProjectRecords, TableReference } from '../../engine/project-records.ts';
import { credentialOf } from '../../http/access/authentication.ts';
import { projectOf } from '../../http/access/project-ids.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { existingName } from '../../http/fields/object-name.ts';
import { projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf } from '../../http/idempotency.ts';
import { renderedSuccess } from '../../http/json/rendered-json.ts';
import { fieldsOf, withFields } from '../../http/subject-fields.ts';
import { VALUE_FORMAT_HEADER } from '../../http/value-format.ts';
import { createRequestOf, patchOf, wrappedPatchOf } from './record-body-fields.ts';
import {
  affectedAnswer,
  changeBody,
  clientRow,
  createdAnswer,
  deletedAnswer,
  deletionBody,
  keyField,
  recordAnswer,
  writtenAnswer,
  recordKey,
  recordPageAnswer,
  recordPageQuery,
  tableReference,
  toFilters,
  toPageRequest,
  writeCreated,
  writePage,
  writeRow,
} from './record-fields.ts';

const reading = {
  access: 'project',
  scope: 'records:read',
  tables: 'checked',
  headers: [VALUE_FORMAT_HEADER],
  // The last three: a view is read like a query.
  errors: ['conflict', 'query_failed', 'query_timeout', 'rate_limited'],
} as const;
const writing = {
  access: 'project',
  scope: 'records:write',
  tables: 'checked',
  headers: [VALUE_FORMAT_HEADER],
  keepsRealNumbers: true,
  errors: ['constraint_violation', 'conflict', 'query_failed', 'query_timeout', 'rate_limited'],
} as const;

const TABLE = '/projects/:project/records/:table';
const RECORD = '/projects/:project/records/:table/:id';
const tablePath = projectPath({ table: existingName });
const recordPath = projectPath({ table: existingName, id: existingName });
const recordField = fieldsOf({ key: keyField });

/** The table in the path of a request, as its client may use it. */
function tableOf(request: FastifyRequest & { readonly params: { readonly table: string } }): TableReference {
  return tableReference(credentialOf(request), request.params.table, request.valueFormat);
}

export function registerRecordRoutes(app: HttpServer, records: ProjectRecords): void {
  listRecords(app, records);
  createRecords(app, records);
  updateRecords(app, records);
  deleteRecords(app, records);
  getRecord(app, records);
  updateRecord(app, records);
  deleteRecord(app, records);
}

function listRecords(app: HttpServer, records: ProjectRecords): void {
  app.get(
    TABLE,
    {
      config: { ...reading, operationId: 'listRecords' },
      schema: {
        params: tablePath,
        querystring: recordPageQuery,
        response: { 200: envelopeOf(recordPageAnswer) },
      },
    },
    async (request) => {
      const { page: requested, fieldOf } = toPageRequest(request.query, request.valueFormat);
      if (requested.after !== null && requested.offset > 0) {
        throw invalidField('query.offset', 'must be omitted if after is given');
      }
      const project = projectOf(request);
      const table = tableOf(request);
      const page = await withFields(records.list(project, table, requested), fieldOf);
      return renderedSuccess(request, writePage(page, requested));
    },
  );
}

function createRecords(app: HttpServer, records: ProjectRecords): void {
  app.post(
    TABLE,
    {
      config: { ...writing, operationId: 'createRecords' },
      schema: {
        params: tablePath,
        body: clientRow,
        response: { 200: envelopeOf(createdAnswer), 201: envelopeOf(createdAnswer) },
      },
    },
    async (request, reply) => {
      const requested = createRequestOf(request.body, request.valueFormat);
      const table = tableOf(request);
      const project = projectOf(request);
      if (requested.kind === 'one') {
        const write = records.create(project, table, requested.record, request.idempotency);
        const written = await withFields(write, requested.fieldOf);
        const created = resultOf(request, reply, written);
        reply.code(created.outcome === 'created' ? 201 : 200);
        return renderedSuccess(request, writeRow(created));
      }
      const write = records.createMany(project, table, requested.records, request.idempotency);
      const written = await withFields(write, requested.fieldOf);
      const created = resultOf(request, reply, written);
      reply.code(created.created > 0 ? 201 : 200);
      return renderedSuccess(request, writeCreated(created, requested.records.onConflict !== null));
    },
  );
}

function updateRecords(app: HttpServer, records: ProjectRecords): void {
  app.patch(
    TABLE,
    {
      config: { ...writing, operationId: 'updateRecords' },
      schema: { params: tablePath, body: changeBody, response: { 200: envelopeOf(affectedAnswer) } },
    },
    async (request, reply) => {
      const { filters, filterField } = toFilters(request.body, request.valueFormat);
      const { patch, patchField } = wrappedPatchOf(request.body.data, request.valueFormat);
      const project = projectOf(request);
      const table = tableOf(request);
      const write = records.updateMany(project, table, { filters, patch }, request.idempotency);
      const written = await withFields(write, fieldsOf({ filters: filterField, patch: patchField }));
      const { table: name, affected } = resultOf(request, reply, written);
      return success(request, { table: name, affected_rows: affected });
    },
  );
}

function deleteRecords(app: HttpServer, records: ProjectRecords): void {
  app.delete(
    TABLE,
    {
      config: { ...writing, operationId: 'deleteRecords' },
      schema: { params: tablePath, body: deletionBody, response: { 200: envelopeOf(affectedAnswer) } },
    },
    async (request, reply) => {
      const { filters, filterField } = toFilters(request.body, request.valueFormat);
      const project = projectOf(request);
      const table = tableOf(request);
      const write = records.deleteMany(project, table, filters, request.idempotency);
      const written = await withFields(write, fieldsOf({ filters: filterField }));
      const { table: name, affected } = resultOf(request, reply, written);
      return success(request, { table: name, affected_rows: affected });
    },
  );
}

function getRecord(app: HttpServer, records: ProjectRecords): void {
  app.get(
    RECORD,
    {
      config: { ...reading, operationId: 'getRecord' },
      schema: { params: recordPath, response: { 200: envelopeOf(recordAnswer) } },
    },
    async (request) => {
      const project = projectOf(request);
      const table = tableOf(request);
      const key = recordKey(request.url, request.params.id);
      const found = await withFields(records.get(project, table, key), recordField);
      return renderedSuccess(request, writeRow(found));
    },
  );
}

function updateRecord(app: HttpServer, records: ProjectRecords): void {
  app.patch(
    RECORD,
    {
      config: { ...writing, operationId: 'updateRecord' },
      schema: { params: recordPath, body: clientRow, response: { 200: envelopeOf(writtenAnswer) } },
    },
    async (request, reply) => {
      const { patch, patchField } = patchOf(request.body, request.valueFormat);
      const change = { key: recordKey(request.url, request.params.id), patch };
      const project = projectOf(request);
      const table = tableOf(request);
      const write = records.update(project, table, change, request.idempotency);
      const updated = await withFields(write, fieldsOf({ key: keyField, patch: patchField }));
      return renderedSuccess(request, writeRow(resultOf(request, reply, updated)));
    },
  );
}

function deleteRecord(app: HttpServer, records: ProjectRecords): void {
  app.delete(
    RECORD,
    {
      config: { ...writing, operationId: 'deleteRecord' },
      schema: { params: recordPath, response: { 200: envelopeOf(deletedAnswer) } },
    },
    async (request, reply) => {
      const key = recordKey(request.url, request.params.id);
      const project = projectOf(request);
      const table = tableOf(request);
      const deleting = records.delete(project, table, key, request.idempotency);
      const deleted = resultOf(request, reply, await withFields(deleting, recordField));
      return success(request, { deleted: true as const, table: deleted.table, id: key.whole });
    },
  );
}
