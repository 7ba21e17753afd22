import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import { startEdgeServer } from '../../../testing/http/edge-server.ts';
import { parseAnswer, sendRaw } from '../../../testing/http/raw-request.ts';
import type { ReadyExport } from '../jobs/ready-export.ts';
import { sendExportFile } from './send-export-file.ts';

const row = {
  id: 'exp_20260601_182345_a1b2c3d4e5',
  size_bytes: 10,
  sha256: 'ab',
  created_at: '2026-06-01T18:23:45Z',
  content_type: 'text/csv; charset=utf-8',
  download_name: 'stone.csv',
} as ReadyExport;

test('a file that is truncated during its download ends the connection, and the log has the error under the request id', async () => {
  await using server = await startEdgeServer((app) => {
    app.get('/file', { config: { access: 'public' } }, (request, reply) =>
      sendExportFile(request, reply, row, async () => Readable.from([Buffer.from('seven b')])),
    );
  });
  // A complete answer would keep the connection alive; its end tells the client about the error.
  const answer = parseAnswer(await sendRaw(server.port, 'GET /file HTTP/1.1\r\nHost: x\r\n\r\n'));
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-length'), '10');
  assert.ok(answer.body.length < 10);
  const id = String(answer.headers.get('x-request-id'));
  const entry = server.log.find((line) => line.includes('7 of 10 bytes'));
  assert.ok(entry?.includes(id), String(entry));
});
