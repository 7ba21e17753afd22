import type { Readable } from 'node:stream';

import { Type } from 'typebox';

import { invalidField } from '../../core/errors.ts';
import { projectOf } from '../../http/access/project-ids.ts';
import { requesterOf } from '../../http/access/requester.ts';
import { takeByteStreams } from '../../http/bodies/body-parsing.ts';
import { clientGone } from '../../http/client-gone.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { flag, isTrue } from '../../http/fields/boolean-like.ts';
import { projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf, withBody } from '../../http/idempotency.ts';
import { withFields } from '../../http/subject-fields.ts';
import { type Audit, importedDatabase } from '../audit/audit.ts';
import { importReport, toImportFields } from './import-fields.ts';
import type { Imports } from './imports.ts';

const CONTENT_TYPES = ['application/vnd.sqlite3', 'application/octet-stream'] as const;

export function registerImportRoutes(app: HttpServer, imports: Imports, audit: Audit): void {
  // A separate scope, because only here a body is a stream of bytes.
  void app.register(async (scope: HttpServer) => {
    takeByteStreams(scope, CONTENT_TYPES);
    scope.post(
      '/projects/:project/import/sqlite',
      {
        config: {
          access: 'project',
          scope: ['schema:write', 'records:write'],
          body: 'stream',
          mediaTypes: CONTENT_TYPES,
          operationId: 'importDatabase',
          errors: ['conflict'],
        },
        schema: {
          params: projectPath({}),
          querystring: Type.Object(
            { replace: Type.Optional(flag('Whether to replace existing tables.')) },
            { additionalProperties: false },
          ),
          response: { 201: envelopeOf(Type.Object({ import: importReport })) },
        },
      },
      async (request, reply) => {
        const content = request.body as Readable | undefined;
        const project = projectOf(request);
        if (content === undefined) throw invalidField('body', 'must be a SQLite database file; it is empty');
        const announced = request.headers['content-length'];
        const importing = imports.importDatabase({
          project,
          replace: isTrue(request.query.replace),
          requestOf: request.idempotency === null ? null : (sha256) => withBody(request, sha256),
          content,
          announcedBytes: announced === undefined ? null : Number(announced),
          signal: clientGone(reply),
        });
        const written = await withFields(importing, () => 'body');
        const report = resultOf(request, reply, written);
        await audit.record(project, importedDatabase(report), requesterOf(request), written.replayOf);
        return reply.code(201).send(success(request, { import: toImportFields(project.slug, report) }));
      },
    );
  });
}
