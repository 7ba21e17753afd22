import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../testing/system/temporary-folder.ts';
import { runCommand } from '../testing/tools/command.ts';

for (const [fault, says] of [
  ['cut', /closed before the download was complete|cannot be reached/],
  ['changed', /its checksum differs/],
] as const) {
  test(`a download that arrives ${fault} does not replace an existing file`, async () => {
    using folder = temporaryFolder();
    const server = createServer((request, response) => {
      if (request.method === 'GET') {
        response.setHeader('content-length', fault === 'cut' ? 1_000 : 4);
        response.write('half');
        if (fault === 'cut') setImmediate(() => response.destroy());
        else response.end();
        return;
      }
      const manifest = {
        id: 'exp_1',
        download_url: '/d',
        size_bytes: 1_000,
        sha256: 'ab',
        notes: [],
      };
      response.end(JSON.stringify({ ok: true, data: { export: manifest }, error: null }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const out = join(folder.path, 'schema.json');
    writeFileSync(out, 'the good one');
    const words = ['export', 'schema', '--project', 'books', '--out', out];
    const environment = {
      ROWHOUSE_URL: `http://127.0.0.1:${port}`,
      ROWHOUSE_TOKEN: 'an-admin-token-given-by-hand',
    };
    const { exitCode, stderr } = await runCommand(words, environment);
    server.close();

    assert.equal(exitCode, 1);
    assert.match(stderr, says);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    assert.equal(readFileSync(out, 'utf8'), 'the good one');
    assert.deepEqual(
      readdirSync(folder.path).filter((name) => name.endsWith('.draft')),
      [],
    );
  });
}
