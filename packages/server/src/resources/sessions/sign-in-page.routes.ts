import type { HttpServer } from '../../http/http-server.ts';
import { publicFile } from '../../http/public-file.ts';
import { registerPublicPage } from '../../http/public-page.ts';
import { SIGN_IN_PAGE, SIGN_IN_SCRIPT, SIGN_IN_STYLE } from './sign-in-page.ts';

/** `GET /sign-in`: the page that takes passwords and the codes of sign-in links. */
export function registerSignInPageRoutes(app: HttpServer): void {
  const assets = new Map([
    ['page.js', publicFile(Buffer.from(SIGN_IN_SCRIPT), 'text/javascript; charset=utf-8')],
    ['page.css', publicFile(Buffer.from(SIGN_IN_STYLE), 'text/css; charset=utf-8')],
  ]);
  registerPublicPage(app, {
    path: '/sign-in',
    html: SIGN_IN_PAGE,
    operationIds: { page: 'getSignInPage', asset: 'getSignInAsset' },
    asset: (name) => assets.get(name) ?? null,
  });
}
