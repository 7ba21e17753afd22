/**
 * The page at /docs: Swagger UI from the package that Fastify maintains, because the viewer's own package has an install
 * script that reports each install. Every URL is relative, so the page works below any prefix of a proxy.
 */
export const DOCS_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Rowhouse HTTP API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="docs/swagger-ui.css">
    <link rel="stylesheet" href="docs/page.css">
  </head>
  <body>
    <noscript>This page needs JavaScript; <a href="openapi.json">openapi.json</a> says the same without.</noscript>
    <div id="api"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/page.js"></script>
  </body>
</html>
`;

/** https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/ */
const START = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#api',
  deepLinking: true,
  displayOperationId: true,
  showExtensions: true,
  defaultModelsExpandDepth: 0,
  docExpansion: 'list',
  filter: true,
  // Otherwise, the page would send the document to the viewer's public validator.
  validatorUrl: null,
});
`;

const STYLE = `body { margin: 0; }
noscript { display: block; padding: 2rem; font-family: sans-serif; }
`;

/** A file that the page loads: its text, or its path. */
export interface DocsAsset {
  readonly name: string;
  readonly contentType: string;
  readonly content: string | (() => URL);
}

const JAVASCRIPT = 'text/javascript; charset=utf-8';
const CSS = 'text/css; charset=utf-8';

export const DOCS_ASSETS: readonly DocsAsset[] = [
  { name: 'page.js', contentType: JAVASCRIPT, content: START },
  { name: 'page.css', contentType: CSS, content: STYLE },
  { name: 'swagger-ui-bundle.js', contentType: JAVASCRIPT, content: ofViewer('swagger-ui-bundle.js') },
  { name: 'swagger-ui.css', contentType: CSS, content: ofViewer('swagger-ui.css') },
];

function ofViewer(file: string): () => URL {
  return () => new URL(import.meta.resolve(`@fastify/swagger-ui/static/${file}`));
}
