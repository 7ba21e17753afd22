import { Type } from 'typebox';

import { RowhouseError } from '../errors.ts';
import { envelopeOf, success } from '../http/envelope.ts';
import type { HttpServer } from '../http/http-server.ts';
import { pageFields, pageKeys, pageOf } from '../http/paging.ts';
import { projectPath } from '../http/project-slug.ts';
import type { Projects } from '../projects/projects.ts';
import { isSchemaFormatName, schemaFormats, type SchemaFormatName } from '../schema/formats/formats.ts';
import { exportFileMissing, type Exports } from './exports.ts';
import { exportManifest, toManifest } from './manifest.ts';
import { sendExportFile } from './send-export-file.ts';

const exportPath = projectPath({ export_id: Type.String({ maxLength: 100 }) });

export function registerExportRoutes(
  app: HttpServer,
  { exports, projects }: { readonly exports: Exports; readonly projects: Projects },
): void {
  app.post(
    '/projects/:project/export/schema',
    {
      config: { access: 'project' },
      schema: {
        params: projectPath({}),
        body: Type.Object(
          { format: Type.Optional(Type.String()), file_name: Type.Optional(Type.String()) },
          { additionalProperties: false },
        ),
        response: { 201: envelopeOf(Type.Object({ export: exportManifest })) },
      },
    },
    async (request, reply) => {
      const format = schemaFormatOf(request.body.format);
      const project = await projects.get(request.params.project);
      const row = await exports.createSchemaExport(project, { format, fileName: request.body.file_name });
      return reply.code(201).send(success(request, { export: toManifest(project.project_slug, row) }));
    },
  );

  app.get(
    '/projects/:project/exports',
    {
      config: { access: 'project' },
      schema: {
        params: projectPath({}),
        querystring: Type.Object(
          {
            status: Type.Optional(Type.Enum(['ready', 'not_found', 'all'])),
            ...pageFields,
          },
          { additionalProperties: false },
        ),
        response: { 200: envelopeOf(Type.Object({ exports: Type.Array(exportManifest), ...pageKeys })) },
      },
    },
    async (request) => {
      const { limit = 50, offset = 0, status = 'all' } = request.query;
      const project = await projects.get(request.params.project);
      const found = await exports.list(project, { status, limit, offset });
      const manifests = found.rows.map((row) => toManifest(project.project_slug, row));
      return success(request, { exports: manifests, ...pageOf({ limit, offset }, found) });
    },
  );

  app.get(
    '/projects/:project/exports/:export_id',
    {
      config: { access: 'project' },
      schema: {
        params: exportPath,
        response: { 200: envelopeOf(Type.Object({ export: exportManifest })) },
      },
    },
    async (request) => {
      const project = await projects.get(request.params.project);
      const row = await exports.get(project, request.params.export_id);
      return success(request, { export: toManifest(project.project_slug, row) });
    },
  );

  app.delete(
    '/projects/:project/exports/:export_id',
    { config: { access: 'project' }, schema: { params: exportPath } },
    async (request) => {
      const project = await projects.get(request.params.project);
      await exports.delete(project, request.params.export_id);
      return success(request, { deleted: true, export_id: request.params.export_id });
    },
  );

  app.get(
    '/projects/:project/export/download/:export_id',
    { config: { access: 'project' }, schema: { params: exportPath } },
    async (request, reply) => {
      const project = await projects.get(request.params.project);
      const row = await exports.get(project, request.params.export_id);
      if (row.missing_at !== null) throw exportFileMissing();
      return sendExportFile(request, reply, row, (range) => exports.read(project, row, range));
    },
  );
}

/** The wording is the documented one, whatever formats there are; `details` names them all. */
function schemaFormatOf(asked: string | undefined): SchemaFormatName {
  const format = asked ?? 'json';
  if (isSchemaFormatName(format)) return format;
  throw new RowhouseError('invalid_export_format', 'format must be json or sql for schema exports.', {
    details: [{ field: 'body.format', message: `must be one of ${Object.keys(schemaFormats).join(', ')}` }],
  });
}
