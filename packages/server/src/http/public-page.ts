import { Type } from 'typebox';

import { RowhouseError } from '../core/errors.ts';
import type { HttpServer } from './http-server.ts';
import { type PublicFile, publicFile, sendPublicFile, unchangedFile } from './public-file.ts';

/** A page for people, which anyone may open. */
export interface PublicPage {
  /** Its files are below it: `/docs/page.css`. */
  readonly path: string;
  readonly html: string;
  readonly operationIds: { readonly page: string; readonly asset: string };
  /** Returns a file of the page; null if there is none of this name. */
  readonly asset: (name: string) => Promise<PublicFile> | PublicFile | null;
}

/**
 * Allows no content from other servers, no inline content, and no requests to other servers. The styles of Swagger UI use
 * `data:` images as icons.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function registerPublicPage(app: HttpServer, { path, html, operationIds, asset }: PublicPage): void {
  const page = publicFile(Buffer.from(html), 'text/html; charset=utf-8');
  app.get(
    path,
    {
      config: { access: 'public', operationId: operationIds.page, headers: ['If-None-Match'] },
      schema: {
        response: {
          200: { description: 'The page.', content: { 'text/html': { schema: Type.String() } } },
          304: unchangedFile,
        },
      },
    },
    async (request, reply) => {
      reply.headers({ 'content-security-policy': CONTENT_SECURITY_POLICY, 'referrer-policy': 'no-referrer' });
      return sendPublicFile(request, reply, page);
    },
  );
  app.get(
    `${path}/:asset`,
    {
      config: {
        access: 'public',
        operationId: operationIds.asset,
        errors: ['not_found'],
        headers: ['If-None-Match'],
      },
      schema: {
        params: Type.Object({ asset: Type.String({ maxLength: 100 }) }, { additionalProperties: false }),
        response: {
          200: { description: 'The file.', content: { '*/*': { schema: Type.String() } } },
          304: unchangedFile,
        },
      },
    },
    async (request, reply) => {
      const file = await asset(request.params.asset);
      if (file === null) throw new RowhouseError('not_found', 'The page has no such file.');
      return sendPublicFile(request, reply, file);
    },
  );
}
