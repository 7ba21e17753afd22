import { Type } from 'typebox';

import { packageVersion } from '../core/package-version.ts';
import type { HttpServer } from '../http/http-server.ts';
import { type PublicFile, publicFile, sendPublicFile, unchangedFile } from '../http/public-file.ts';
import { collectRoutes } from './collected-routes.ts';
import { openApiDocument } from './document.ts';
import { pageTexts } from './page-texts.ts';

/**
 * `GET /openapi.json`: describes the API, including this route. The document only contains routes that are registered later.
 */
export function registerOpenApiRoutes(app: HttpServer): void {
  const routes = collectRoutes(app);
  let served: Promise<PublicFile> | null = null;
  app.get(
    '/openapi.json',
    {
      config: { access: 'public', operationId: 'getOpenApiDocument', headers: ['If-None-Match'] },
      schema: {
        response: {
          200: {
            description: 'The document.',
            content: { 'application/json': { schema: Type.Object({ openapi: Type.String() }) } },
          },
          304: unchangedFile,
        },
      },
    },
    async (request, reply) => {
      served ??= packageVersion().then((version) => {
        const text = JSON.stringify(openApiDocument(routes, { version, page: pageTexts }));
        return publicFile(Buffer.from(text), 'application/json; charset=utf-8');
      });
      return sendPublicFile(request, reply, await served);
    },
  );
}
