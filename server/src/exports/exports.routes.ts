import type { Readable } from 'node:stream';

import { Type } from 'typebox';

import { envelopeOf, success } from '../http/envelope.ts';
import type { HttpServer } from '../http/http-server.ts';
import { pageFields, pageKeys, pageOf } from '../http/paging.ts';
import { projectPath } from '../http/project-slug.ts';
import type { Projects } from '../projects/projects.ts';
import type { SchemaFormat } from '../schema/formats/format.ts';
import { findSchemaFormat } from '../schema/formats/schema-formats.ts';
import { exportFileMissing, type Exports } from './exports.ts';
import { exportManifest, toManifest } from './manifest.ts';
import { sendExportFile } from './send-export-file.ts';
import { unknownSchemaFormat } from './unknown-schema-format.ts';

const exportEnvelope = envelopeOf(Type.Object({ export: exportManifest }));
const exportPath = projectPath({ export_id: Type.String({ maxLength: 100 }) });

const bytes = { '*/*': { schema: Type.Unsafe<Readable>({}) } };
const downloadAnswers = {
  200: { description: 'The file.', content: bytes },
  206: { description: 'The part of it that `Range` asks for.', content: bytes },
  304: Type.Null({ description: 'It is what `If-None-Match` names, or no newer than `If-Modified-Since`.' }),
};

const exporting = { access: 'project', scope: 'exports' } as const;

interface Rooms {
  readonly exports: Exports;
  readonly projects: Projects;
}

export function registerExportRoutes(app: HttpServer, rooms: Rooms): void {
  postSchemaExport(app, rooms);
  listExports(app, rooms);
  getExport(app, rooms);
  deleteExport(app, rooms);
  downloadExport(app, rooms);
}

function postSchemaExport(app: HttpServer, { exports, projects }: Rooms): void {
  app.post(
    '/projects/:project/export/schema',
    {
      config: { ...exporting, operationId: 'exportSchema', errors: ['invalid_export_format'] },
      schema: {
        params: projectPath({}),
        body: Type.Object(
          { format: Type.Optional(Type.String()), file_name: Type.Optional(Type.String()) },
          { additionalProperties: false },
        ),
        response: { 201: exportEnvelope },
      },
    },
    async (request, reply) => {
      const format = schemaFormatOf(request.body.format ?? 'json');
      const project = await projects.get(request.params.project);
      const row = await exports.createSchemaExport(project, { format, fileName: request.body.file_name });
      return reply.code(201).send(success(request, { export: toManifest(project.project_slug, row) }));
    },
  );
}

function listExports(app: HttpServer, { exports, projects }: Rooms): void {
  const status = Type.Optional(
    Type.Enum(['ready', 'not_found', 'all'], { description: 'Of which status; all by default.' }),
  );
  app.get(
    '/projects/:project/exports',
    {
      config: { ...exporting, operationId: 'listExports' },
      schema: {
        params: projectPath({}),
        querystring: Type.Object({ status, ...pageFields }, { additionalProperties: false }),
        response: { 200: envelopeOf(Type.Object({ exports: Type.Array(exportManifest), ...pageKeys })) },
      },
    },
    async (request) => {
      const { limit = 50, offset = 0 } = request.query;
      const project = await projects.get(request.params.project);
      const found = await exports.list(project, { status: request.query.status ?? 'all', limit, offset });
      const manifests = found.rows.map((row) => toManifest(project.project_slug, row));
      return success(request, { exports: manifests, ...pageOf({ limit, offset }, found) });
    },
  );
}

function getExport(app: HttpServer, { exports, projects }: Rooms): void {
  app.get(
    '/projects/:project/exports/:export_id',
    {
      config: { ...exporting, operationId: 'getExport' },
      schema: { params: exportPath, response: { 200: exportEnvelope } },
    },
    async (request) => {
      const project = await projects.get(request.params.project);
      const row = await exports.get(project, request.params.export_id);
      return success(request, { export: toManifest(project.project_slug, row) });
    },
  );
}

function deleteExport(app: HttpServer, { exports, projects }: Rooms): void {
  const deleted = Type.Object({ deleted: Type.Literal(true), export_id: Type.String() });
  app.delete(
    '/projects/:project/exports/:export_id',
    {
      config: { ...exporting, operationId: 'deleteExport' },
      schema: { params: exportPath, response: { 200: envelopeOf(deleted) } },
    },
    async (request) => {
      const project = await projects.get(request.params.project);
      await exports.delete(project, request.params.export_id);
      return success(request, { deleted: true as const, export_id: request.params.export_id });
    },
  );
}

function downloadExport(app: HttpServer, { exports, projects }: Rooms): void {
  app.get(
    '/projects/:project/export/download/:export_id',
    {
      config: {
        ...exporting,
        operationId: 'downloadExport',
        errors: ['export_file_missing', 'precondition_failed', 'range_not_satisfiable'],
      },
      schema: { params: exportPath, response: downloadAnswers },
    },
    async (request, reply) => {
      const project = await projects.get(request.params.project);
      const row = await exports.get(project, request.params.export_id);
      if (row.missing_at !== null) throw exportFileMissing();
      return sendExportFile(request, reply, row, (range) => exports.read(project, row, range));
    },
  );
}

function schemaFormatOf(asked: string): SchemaFormat {
  const format = findSchemaFormat(asked);
  if (format === null) throw unknownSchemaFormat('body.format');
  return format;
}
