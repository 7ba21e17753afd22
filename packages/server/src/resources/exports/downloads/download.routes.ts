import type { Readable } from 'node:stream';

import { Type } from 'typebox';

import { timestamp } from '../../../core/ids.ts';
import { credentialOf } from '../../../http/access/authentication.ts';
import { projectOf } from '../../../http/access/project-ids.ts';
import { requesterOf } from '../../../http/access/requester.ts';
import { envelopeOf, success } from '../../../http/envelope.ts';
import { projectPath } from '../../../http/fields/project-slug.ts';
import type { HttpServer } from '../../../http/http-server.ts';
import { resultOf, sealedRequestOf } from '../../../http/idempotency.ts';
import { publicBaseOf } from '../../../http/public-address.ts';
import { ANY_EXPORT_PERMISSIONS, EXPORT_PERMISSIONS } from '../export-access.ts';
import type { ExportDependencies } from '../export-dependencies.ts';
import { exportId } from '../export-fields.ts';
import { requireReady } from '../jobs/ready-export.ts';
import type { SignedLink } from './export-links.ts';
import { sendDownload } from './send-download.ts';

const exportPath = projectPath({ export_id: exportId });
const bytes = { '*/*': { schema: Type.Unsafe<Readable>({}) } };
const answers = {
  200: { description: 'The file.', content: bytes },
  206: { description: 'The part of the file that `Range` requests.', content: bytes },
  304: Type.Null({
    description: 'The file matches `If-None-Match` or is not newer than `If-Modified-Since`.',
  }),
};
const NOT_READY = ['export_not_ready', 'export_failed', 'export_expired', 'export_file_missing'] as const;
const errors = [...NOT_READY, 'precondition_failed', 'range_not_satisfiable'] as const;
const headers = [
  'Range',
  'If-Range',
  'If-Match',
  'If-None-Match',
  'If-Modified-Since',
  'If-Unmodified-Since',
] as const;

const MAX_LINK_SECONDS = 31_536_000;

export function registerDownloadRoutes(app: HttpServer, dependencies: ExportDependencies): void {
  downloadExport(app, dependencies);
  createLink(app, dependencies);
  endLinks(app, dependencies);
  downloadByLink(app, dependencies);
}

function downloadExport(app: HttpServer, { exports, projects }: ExportDependencies): void {
  app.get(
    '/projects/:project/export/download/:export_id',
    {
      config: {
        access: 'project',
        ...ANY_EXPORT_PERMISSIONS,
        operationId: 'downloadExport',
        errors,
        headers,
      },
      schema: { params: exportPath, response: answers },
    },
    async (request, reply) => {
      const project = await projects.of(projectOf(request));
      const { row } = await exports.get(project, request.params.export_id, credentialOf(request));
      return sendDownload(exports, request, reply, { project, row: requireReady(row), by: 'token' });
    },
  );
}

function createLink(app: HttpServer, { exports, exportLinks, projects }: ExportDependencies): void {
  const link = Type.Object({ url: Type.String(), export_id: Type.String(), expires_at: Type.String() });
  app.post(
    '/projects/:project/exports/:export_id/link',
    {
      config: {
        access: 'project',
        ...ANY_EXPORT_PERMISSIONS,
        operationId: 'createExportLink',
        errors: NOT_READY,
      },
      schema: {
        params: exportPath,
        body: Type.Object(
          { expires_in: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LINK_SECONDS })) },
          { additionalProperties: false },
        ),
        response: { 201: envelopeOf(Type.Object({ link })) },
      },
    },
    async (request, reply) => {
      const project = await projects.of(projectOf(request));
      const seen = await exports.get(project, request.params.export_id, credentialOf(request));
      const row = requireReady(seen.row);
      const asked = {
        project,
        export: row,
        credential: credentialOf(request),
        by: requesterOf(request),
        lifetime: request.body.expires_in,
      };
      const signed = resultOf(request, reply, await exportLinks.sign(asked, sealedRequestOf(request)));
      const url = `${publicBaseOf(request)}/shared/exports/${row.id}?${parametersOf(signed)}`;
      const made = { url, export_id: row.id, expires_at: timestamp(new Date(signed.expires * 1_000)) };
      return reply.code(201).send(success(request, { link: made }));
    },
  );
}

function parametersOf({ expires, maker, signature }: SignedLink): string {
  return [
    `expires=${expires}`,
    ...(maker === undefined ? [] : [`maker=${maker}`]),
    `signature=${signature}`,
  ].join('&');
}

function endLinks(app: HttpServer, { exportLinks, projects }: ExportDependencies): void {
  app.delete(
    '/projects/:project/export/links',
    {
      // Revokes links to exports of every kind.
      config: { access: 'project', ...EXPORT_PERMISSIONS.database_export, operationId: 'endExportLinks' },
      schema: {
        params: projectPath({}),
        response: { 200: envelopeOf(Type.Object({ ended: Type.Literal(true) })) },
      },
    },
    async (request, reply) => {
      const project = await projects.of(projectOf(request));
      const ended = await exportLinks.endAll(project, requesterOf(request), sealedRequestOf(request));
      return success(request, resultOf(request, reply, ended));
    },
  );
}

function downloadByLink(app: HttpServer, { exports, exportLinks }: ExportDependencies): void {
  const signed = Type.Object(
    {
      expires: Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'The value in the link.',
      }),
      maker: Type.Optional(
        Type.String({ maxLength: 100, description: 'The value in the link, if it has one.' }),
      ),
      signature: Type.String({ maxLength: 100, description: 'The value in the link.' }),
    },
    { additionalProperties: false },
  );
  app.get(
    '/shared/exports/:export_id',
    {
      config: {
        access: 'public',
        operationId: 'downloadExportByLink',
        errors: [...errors, 'invalid_link'],
        headers,
      },
      schema: {
        params: Type.Object({ export_id: exportId }, { additionalProperties: false }),
        querystring: signed,
        response: answers,
      },
    },
    async (request, reply) => {
      const project = await exportLinks.open(request.params.export_id, request.query);
      const { row } = await exports.get(project, request.params.export_id, { kind: 'link' });
      return sendDownload(exports, request, reply, { project, row: requireReady(row), by: 'link' });
    },
  );
}
