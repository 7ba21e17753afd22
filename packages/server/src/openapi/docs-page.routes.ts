import { readFile } from 'node:fs/promises';

import { Type } from 'typebox';

import { RowhouseError } from '../core/errors.ts';
import type { HttpServer } from '../http/http-server.ts';
import { publicFile, type PublicFile, sendPublicFile, unchangedFile } from '../http/public-file.ts';
import { DOCS_ASSETS, DOCS_PAGE, type DocsAsset } from './docs-page.ts';

/** `GET /docs`: a page that shows `/openapi.json` to people, with its assets. */
export function registerDocsPageRoutes(app: HttpServer): void {
  const page = publicFile(Buffer.from(DOCS_PAGE), 'text/html; charset=utf-8');
  app.get(
    '/docs',
    {
      config: { access: 'public', operationId: 'getDocsPage', headers: ['If-None-Match'] },
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

  const loaded = new Map<DocsAsset, Promise<PublicFile>>();
  app.get(
    '/docs/:asset',
    {
      config: {
        access: 'public',
        operationId: 'getDocsAsset',
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
      const asset = DOCS_ASSETS.find(({ name }) => name === request.params.asset);
      if (asset === undefined) throw new RowhouseError('not_found', 'The page has no such file.');
      const file = loaded.get(asset) ?? load(asset);
      loaded.set(asset, file);
      return sendPublicFile(request, reply, await file);
    },
  );
}

/**
 * Allows no content from other servers, no inline content, and no requests to other servers. The viewer works with this
 * policy; its styles use `data:` images as icons.
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

async function load({ content, contentType }: DocsAsset): Promise<PublicFile> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : await readFile(content());
  return publicFile(bytes, contentType);
}
