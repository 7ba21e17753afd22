import { Type } from 'typebox';

import { RowhouseError } from '../../core/errors.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { publicFile, sendPublicFile, unchangedFile } from '../../http/public-file.ts';
import { SIGN_IN_PAGE, SIGN_IN_SCRIPT, SIGN_IN_STYLE } from './sign-in-page.ts';

/** Allows no content from other servers, no inline content, and no requests to other servers. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `GET /sign-in`: the page that takes passwords and the codes of sign-in links. */
export function registerSignInPageRoutes(app: HttpServer): void {
  const page = publicFile(Buffer.from(SIGN_IN_PAGE), 'text/html; charset=utf-8');
  app.get(
    '/sign-in',
    {
      config: { access: 'public', operationId: 'getSignInPage', headers: ['If-None-Match'] },
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

  const assets = new Map([
    ['page.js', publicFile(Buffer.from(SIGN_IN_SCRIPT), 'text/javascript; charset=utf-8')],
    ['page.css', publicFile(Buffer.from(SIGN_IN_STYLE), 'text/css; charset=utf-8')],
  ]);
  app.get(
    '/sign-in/:file',
    {
      config: {
        access: 'public',
        operationId: 'getSignInAsset',
        errors: ['not_found'],
        headers: ['If-None-Match'],
      },
      schema: {
        params: Type.Object({ file: Type.String({ maxLength: 100 }) }, { additionalProperties: false }),
        response: {
          200: { description: 'The file.', content: { '*/*': { schema: Type.String() } } },
          304: unchangedFile,
        },
      },
    },
    async (request, reply) => {
      const asset = assets.get(request.params.file);
      if (asset === undefined) throw new RowhouseError('not_found', 'The page has no such file.');
      return sendPublicFile(request, reply, asset);
    },
  );
}
