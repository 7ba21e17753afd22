import { Type } from 'typebox';

import { credentialOf } from '../../http/access/authentication.ts';
import { projectOf } from '../../http/access/project-ids.ts';
import { requesterOf } from '../../http/access/requester.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { pageFields, pageKeys, pageOf } from '../../http/fields/paging.ts';
import { projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf, sealedRequestOf } from '../../http/idempotency.ts';
import { registerDownloadRoutes } from './downloads/download.routes.ts';
import { ANY_EXPORT_PERMISSIONS } from './export-access.ts';
import type { ExportDependencies } from './export-dependencies.ts';
import { exportEnvelope, exportId } from './export-fields.ts';
import { exportManifest, toManifest } from './manifest.ts';
import { registerNewExportRoutes } from './new-exports.routes.ts';

const exportPath = projectPath({ export_id: exportId });
const exporting = { access: 'project', ...ANY_EXPORT_PERMISSIONS } as const;

export function registerExportRoutes(app: HttpServer, dependencies: ExportDependencies): void {
  registerNewExportRoutes(app, dependencies);
  listExports(app, dependencies);
  getExport(app, dependencies);
  deleteExport(app, dependencies);
  registerDownloadRoutes(app, dependencies);
}

function listExports(app: HttpServer, { exports, projects }: ExportDependencies): void {
  const status = Type.Optional(
    Type.Enum(['ready', 'not_found', 'pending', 'running', 'failed', 'expired', 'all'], {
      description: 'Only exports with this status; all by default.',
    }),
  );
  app.get(
    '/projects/:project/exports',
    {
      // A token that may see no export gets an empty list.
      config: { access: 'project', scope: 'exports', tables: 'checked', operationId: 'listExports' },
      schema: {
        params: projectPath({}),
        querystring: Type.Object({ status, ...pageFields }, { additionalProperties: false }),
        response: { 200: envelopeOf(Type.Object({ exports: Type.Array(exportManifest), ...pageKeys })) },
      },
    },
    async (request) => {
      const { limit = 50, offset = 0, status: requested = 'all' } = request.query;
      const project = await projects.of(projectOf(request));
      const found = await exports.list(project, { status: requested, limit, offset }, credentialOf(request));
      const manifests = found.rows.map((seen) => toManifest(project.project_slug, seen));
      return success(request, { exports: manifests, ...pageOf({ limit, offset }, found) });
    },
  );
}

function getExport(app: HttpServer, { exports, projects }: ExportDependencies): void {
  app.get(
    '/projects/:project/exports/:export_id',
    {
      config: { ...exporting, operationId: 'getExport' },
      schema: { params: exportPath, response: { 200: exportEnvelope } },
    },
    async (request) => {
      const project = await projects.of(projectOf(request));
      const seen = await exports.get(project, request.params.export_id, credentialOf(request));
      return success(request, { export: toManifest(project.project_slug, seen) });
    },
  );
}

function deleteExport(app: HttpServer, { exports, projects }: ExportDependencies): void {
  const deleted = Type.Object({ deleted: Type.Literal(true), export_id: Type.String() });
  app.delete(
    '/projects/:project/exports/:export_id',
    {
      config: { ...exporting, operationId: 'deleteExport' },
      schema: { params: exportPath, response: { 200: envelopeOf(deleted) } },
    },
    async (request, reply) => {
      const project = await projects.of(projectOf(request));
      const { export_id } = request.params;
      const sealed = sealedRequestOf(request);
      const written = await exports.delete(
        project,
        export_id,
        credentialOf(request),
        requesterOf(request),
        sealed,
      );
      return success(request, {
        deleted: true as const,
        export_id: resultOf(request, reply, written).id,
      });
    },
  );
}
