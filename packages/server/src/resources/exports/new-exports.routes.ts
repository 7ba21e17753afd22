import type { FastifyReply, FastifyRequest } from 'fastify';

import { credentialOf } from '../../http/access/authentication.ts';
import { projectOf } from '../../http/access/project-ids.ts';
import { clientGone } from '../../http/client-gone.ts';
import { success } from '../../http/envelope.ts';
import { existingName } from '../../http/fields/object-name.ts';
import { projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf, sealedRequestOf } from '../../http/idempotency.ts';
import { VALUE_FORMAT_HEADER } from '../../http/value-format.ts';
import { tableReference } from '../records/record-fields.ts';
import { EXPORT_PERMISSIONS } from './export-access.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import {
  databaseExportBody,
  exportEnvelope,
  schemaExportBody,
  tableExportBody,
  toCsvOptions,
  toRowSelection,
  toRowSelections,
} from './export-fields.ts';
import { requireDatabaseFormat, requireSchemaFormat, requireTableFormat } from './export-formats.ts';
import type { ExportRequest } from './export-request.ts';
import { toManifest } from './manifest.ts';

const answers = { 201: exportEnvelope, 202: exportEnvelope };
const exporting = {
  access: 'project',
  keepsRealNumbers: true,
  errors: ['invalid_export_format', 'conflict', 'query_failed', 'query_timeout', 'rate_limited'],
  headers: ['Prefer', VALUE_FORMAT_HEADER],
} as const;

export function registerNewExportRoutes(app: HttpServer, dependencies: ExportDependencies): void {
  exportSchema(app, dependencies);
  exportTable(app, dependencies);
  exportDatabase(app, dependencies);
}

function exportSchema(app: HttpServer, dependencies: ExportDependencies): void {
  app.post(
    '/projects/:project/export/schema',
    {
      config: { ...exporting, ...EXPORT_PERMISSIONS.schema_export, operationId: 'exportSchema' },
      schema: { params: projectPath({}), body: schemaExportBody, response: answers },
    },
    async (request, reply) => {
      const format = requireSchemaFormat(request.body.format ?? 'json', 'body.format');
      return answer(dependencies, request, reply, { kind: 'schema_export', format: format.name });
    },
  );
}

function exportTable(app: HttpServer, dependencies: ExportDependencies): void {
  app.post(
    '/projects/:project/export/table/:table',
    {
      config: { ...exporting, ...EXPORT_PERMISSIONS.table_export, operationId: 'exportTable' },
      schema: { params: projectPath({ table: existingName }), body: tableExportBody, response: answers },
    },
    async (request, reply) => {
      const format = requireTableFormat(request.body.format ?? 'csv', 'body.format');
      return answer(dependencies, request, reply, {
        kind: 'table_export',
        table: tableReference(credentialOf(request), request.params.table, request.valueFormat),
        format,
        rows: toRowSelection(request.body, 'body', request.valueFormat),
        csv: toCsvOptions(request.body, format),
      });
    },
  );
}

function exportDatabase(app: HttpServer, dependencies: ExportDependencies): void {
  app.post(
    '/projects/:project/export/database',
    {
      config: { ...exporting, ...EXPORT_PERMISSIONS.database_export, operationId: 'exportDatabase' },
      schema: { params: projectPath({}), body: databaseExportBody, response: answers },
    },
    async (request, reply) => {
      const { include_tables, exclude_tables, table_options } = request.body;
      const { valueFormat } = request;
      const format = requireDatabaseFormat(request.body.format ?? 'zip', 'body.format');
      return answer(dependencies, request, reply, {
        kind: 'database_export',
        format,
        databaseName: request.params.project,
        include: include_tables ?? null,
        exclude: exclude_tables ?? [],
        valueFormat,
        rows: toRowSelections(table_options ?? {}, format, valueFormat),
      });
    },
  );
}

interface NewExportCall {
  readonly params: { readonly project: string };
  readonly body: { readonly file_name?: string; readonly expires_in?: number };
}

/** Answers with the ready export, or with the queued export if the client prefers not to wait. */
async function answer(
  { exports, projects }: ExportDependencies,
  request: FastifyRequest & NewExportCall,
  reply: FastifyReply,
  wanted: ExportRequest,
): Promise<FastifyReply> {
  const project = await projects.of(projectOf(request));
  const { file_name: fileName, expires_in: expiresInSeconds = null } = request.body;
  const requested = { request: wanted, fileName, expiresInSeconds };
  const sealed = sealedRequestOf(request);
  const written = prefersAsync(request)
    ? await exports.enqueue(project, requested, sealed)
    : await exports.create(project, requested, clientGone(reply), sealed);
  const row = resultOf(request, reply, written);
  const isReady = row.status === 'ready';
  if (!isReady) reply.header('preference-applied', 'respond-async');
  const manifest = toManifest(project.project_slug, { row, progress: null });
  return reply.code(isReady ? 201 : 202).send(success(request, { export: manifest }));
}

/** https://www.rfc-editor.org/rfc/rfc7240#section-4.1 */
function prefersAsync({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const preferences = [headers.prefer ?? []].flat().join(',').split(',');
  return preferences.some((preference) => /^\s*respond-async\s*(?:;|$)/i.test(preference));
}
