import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { borrowTestServer } from '../../../testing/http/borrowed-server.ts';
import { exportNow, listExports, type Manifest, projectOf, stones } from '../../../testing/http/exports.ts';
import type { TestServer } from '../../../testing/http/test-server.ts';
import { temporaryFolder } from '../../../testing/system/temporary-folder.ts';

const WAYS = [
  ['table/stone', 'csv'],
  ['table/stone', 'ndjson'],
  ['database', 'zip'],
  ['database', 'sql'],
  ['database', 'sqlite'],
] as const;

test('a download that is interrupted anywhere, any number of times, is resumed to the same bytes', async () => {
  await using server = await borrowTestServer();
  const token = await projectOf(server, 'quarry', stones(20_000));
  for (const [what, format] of WAYS) {
    const made = await exportNow(server, 'quarry', what, { format });
    const pieces: Buffer[] = [];
    for (let have = 0; have < made.size_bytes; have += pieces.at(-1)?.byteLength ?? 0) {
      const headers = { range: `bytes=${have}-`, 'if-range': `"${made.sha256}"` };
      const leave = new AbortController();
      const response = await fetch(server.url + made.download_url, {
        headers: { authorization: `Bearer ${token}`, ...headers },
        signal: leave.signal,
      });
      assert.equal(response.status, 206);
      pieces.push(await readSome(response, Math.ceil(Math.random() * made.size_bytes)));
      leave.abort();
    }
    assert.ok(pieces.length > 0);
    assert.equal(createHash('sha256').update(Buffer.concat(pieces)).digest('hex'), made.sha256, format);
  }
  assert.equal((await listExports(server, 'quarry', '&status=ready')).length, WAYS.length);
});

test('curl resumes a partial download', async () => {
  await using server = await borrowTestServer();
  using folder = temporaryFolder();
  await projectOf(server, 'quarry', stones(5_000));
  for (const [what, format] of WAYS) {
    const made = await exportNow(server, 'quarry', what, { format });
    const link = await server.call('POST', `/projects/quarry/exports/${made.id}/link`);
    const whole = Buffer.from(await (await fetch(link.body.data.link.url)).arrayBuffer());
    const path = join(folder.path, format);
    writeFileSync(path, whole.subarray(0, Math.floor(Math.random() * whole.byteLength)));
    await curl('--continue-at', '-', '--output', path, link.body.data.link.url);
    assert.equal(createHash('sha256').update(readFileSync(path)).digest('hex'), made.sha256, format);
  }
});

test('a client that resumes after the file has changed receives the whole new file, or an error', async () => {
  await using server = await borrowTestServer();
  await projectOf(server, 'quarry', stones(100));
  const made = await exportNow(server, 'quarry', 'table/stone');
  const other = await exportNow(server, 'quarry', 'table/stone', { limit: 99 });
  const get = (headers: Readonly<Record<string, string>>) =>
    server.fetch('GET', other.download_url, { headers });

  const whole = await get({ range: 'bytes=50-', 'if-range': `"${made.sha256}"` });
  assert.equal(whole.status, 200);
  assert.equal((await whole.arrayBuffer()).byteLength, other.size_bytes);
  const refused = await get({ range: 'bytes=50-', 'if-match': `"${made.sha256}"` });
  assert.equal(refused.status, 412);
  await refused.arrayBuffer();

  // Another program replaces the file.
  writeFileSync(pathOf(server, other), 'something else');
  for (const headers of [
    {},
    { range: 'bytes=50-' },
    { range: 'bytes=0-3', 'if-range': `"${other.sha256}"` },
  ]) {
    const gone = await get(headers);
    assert.equal(gone.status, 410);
    await gone.arrayBuffer();
  }
});

async function readSome(response: Response, atLeast: number): Promise<Buffer> {
  const whole = Number(response.headers.get('content-length'));
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    pieces.push(piece);
    size += piece.byteLength;
    if (size >= atLeast && size < whole) break;
  }
  return Buffer.concat(pieces);
}

function pathOf({ dataDir }: TestServer, { id }: Manifest): string {
  return join(dataDir, 'exports', 'quarry', id);
}

/** Runs curl in another process, while the server answers in this one. */
async function curl(...words: readonly string[]): Promise<void> {
  const child = spawn('curl', ['--silent', '--show-error', '--fail', ...words], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
}
