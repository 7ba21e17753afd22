import assert from 'node:assert/strict';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, describe } from 'node:test';

import { assertKeys } from './answer.ts';
import { documented, ours } from './contract.ts';
import { openService } from './tested-service.ts';

// `readAnswer` asserts for every answer what applies to all of them, such as keys, ids and times.

const service = await openService();
after(() => service.close());
const { path, send, accept, refuse } = service;

const contacts = service.tableName('contacts');
await accept(201, 'POST', `${path}/table`, { table_name: contacts });

documented('a success has its keys in order, data, and no error', async () => {
  const { status, body, headers } = await send('GET', `${path}/records/${contacts}`);
  assert.equal(status, 200);
  assertKeys(body, ['ok', 'data', 'error', 'request_id', 'meta']);
  assert.equal(body.ok, true);
  assert.equal(body.data.table, contacts);
  assert.equal(body.error, null);
  assert.equal(headers.get('x-request-id'), body.request_id);
  // By the server's clock, which may differ from this machine's.
  const date = Date.parse(headers.get('date') ?? '');
  assert.ok(Math.abs(Date.parse(body.meta.generated_at) - date) < 60_000);
});

documented('an error has the same keys, no data, and a code and a message', async () => {
  const { status, body } = await send('GET', `${path}/table/nobody`);
  assert.equal(status, 404);
  assertKeys(body, ['ok', 'data', 'error', 'request_id', 'meta']);
  assert.equal(body.ok, false);
  assert.equal(body.data, null);
  assert.equal(body.error?.code, 'not_found');
  assert.equal(typeof body.error.message, 'string');
});

documented('every request has a different id', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => send('GET', `${path}/records/${contacts}`)),
  );
  assert.equal(new Set(answers.map(({ body }) => body.request_id)).size, 20);
});

ours('error.details names each wrong field, and is missing if there is none', async () => {
  const faults = { table_name: 7, display_name: 7, colums: [] };
  const refused = await refuse('validation_failed', 'POST', `${path}/table`, faults);
  assert.deepEqual((refused.details ?? []).map(({ field }) => field).toSorted(), [
    'body.colums',
    'body.display_name',
    'body.table_name',
  ]);
  const missing = await refuse('not_found', 'GET', `${path}/table/nobody`);
  assert.deepEqual(Object.keys(missing), ['code', 'message']);
});

describe('an envelope is the answer to', () => {
  documented('an unknown route', async () => {
    for (const url of ['/', '/nowhere', `${path}/nowhere`, `${path}/records`]) {
      await refuse('not_found', 'GET', url);
    }
  });

  documented('a method that a route does not support', async () => {
    await refuse('method_not_allowed', 'PUT', `${path}/records/${contacts}`, {});
  });

  documented('a body that is too large', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ table_name: 'x'.repeat(11 * 1024 * 1024) });
    await refuse('payload_too_large', 'POST', `${path}/table`, undefined, { body, headers });
  });

  documented('headers that are too large', async () => {
    const headers = { 'x-long': 'x'.repeat(100_000) };
    await refuse('headers_too_large', 'GET', `${path}/records/${contacts}`, undefined, { headers });
  });

  documented('a body that is not JSON', async () => {
    const headers = { 'content-type': 'application/json' };
    for (const body of ['{', '{"a":}', "{'a':1}", 'null null', '{"a":1,}', '\u0000']) {
      await refuse('invalid_json', 'POST', `${path}/table`, undefined, { body, headers });
    }
  });

  documented('a URL that cannot be decoded', async () => {
    for (const url of [`${path}/table/%`, `${path}/table/%zz`, `${path}/table/%ff`]) {
      const { status } = await send('GET', url);
      assert.ok(status === 400 || status === 404, `${url}: ${status}`);
    }
  });

  ours('a method that HTTP does not define', async () => {
    const { hostname, port } = new URL(service.url);
    const sent = request({ hostname, port, method: 'PROPFIND', path });
    const answer = await new Promise<string>((resolve, reject) => {
      sent.once('response', (response) => resolve(text(response)));
      sent.once('error', reject);
      sent.end();
    });
    assert.equal(JSON.parse(answer).error.code, 'method_not_allowed');
  });
});
