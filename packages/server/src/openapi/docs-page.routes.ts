import { readFile } from 'node:fs/promises';

import type { HttpServer } from '../http/http-server.ts';
import { publicFile, type PublicFile } from '../http/public-file.ts';
import { registerPublicPage } from '../http/public-page.ts';
import { DOCS_ASSETS, DOCS_PAGE, type DocsAsset } from './docs-page.ts';

/** `GET /docs`: a page that shows `/openapi.json` to people, with its assets. */
export function registerDocsPageRoutes(app: HttpServer): void {
  const loaded = new Map<DocsAsset, Promise<PublicFile>>();
  registerPublicPage(app, {
    path: '/docs',
    html: DOCS_PAGE,
    operationIds: { page: 'getDocsPage', asset: 'getDocsAsset' },
    asset: (wanted) => {
      const asset = DOCS_ASSETS.find(({ name }) => name === wanted);
      if (asset === undefined) return null;
      const file = loaded.get(asset) ?? load(asset);
      loaded.set(asset, file);
      return file;
    },
  });
}

async function load({ content, contentType }: DocsAsset): Promise<PublicFile> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : await readFile(content());
  return publicFile(bytes, contentType);
}
