import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { musicShopPath } from '../testing/databases/music-shop.ts';
import { runCommand } from '../testing/tools/command.ts';

test('a failed import prints the server’s message, even if its new project cannot be deleted', async () => {
  const server = createServer((request, response) => {
    const [status, body] =
      request.url === '/projects'
        ? [201, { ok: true, data: { token: { token: 'pat_x' } }, error: null }]
        : [
            409,
            { ok: false, data: null, error: { code: 'conflict', message: `${request.method} must wait.` } },
          ];
    request.resume().once('end', () => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  const options = ['--url', `http://127.0.0.1:${port}`, '--token', 'x', '--project', 'music', '--create'];
  const failed = await runCommand(['import', musicShopPath, ...options]);
  server.close();
  assert.equal(failed.exitCode, 1);
  assert.equal(
    failed.stderr,
    'warning: the project music was created and could not be deleted: DELETE must wait.\nrowhouse: POST must wait.\n',
  );
});
