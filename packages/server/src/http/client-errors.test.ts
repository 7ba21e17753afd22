import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { ErrorCode } from '../core/errors.ts';
import { type EdgeServer, startEdgeServer } from '../testing/http/edge-server.ts';
import { assertFailureText } from '../testing/http/envelope-assertions.ts';
import { parseAnswer, sendRaw } from '../testing/http/raw-request.ts';
import { success } from './envelope.ts';
import { EdgeCounts } from './observability/edge-counts.ts';

let server: EdgeServer;
before(async () => {
  server = await startEdgeServer((app) => {
    app.get('/here', { config: { access: 'public' } }, (request) => success(request, {}));
    app.post('/here', { config: { access: 'public' } }, (request) => success(request, {}));
  });
});
after(() => server.app.close());

const refused: readonly (readonly [what: string, bytes: string, code: ErrorCode])[] = [
  ['bytes that are not HTTP', '\u0016\u0003\u0001 hello\r\n\r\n', 'malformed_request'],
  ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', 'malformed_request'],
  [
    'headers above the limit',
    `GET /here HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(70_000)}\r\n\r\n`,
    'headers_too_large',
  ],
  [
    'headers far above the limit',
    `GET /here HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(2_000_000)}\r\n\r\n`,
    'headers_too_large',
  ],
  ['a URL above the limit', `GET /${'a'.repeat(70_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 'headers_too_large'],
  [
    'a body with a broken chunk',
    'POST /here HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'malformed_request',
  ],
  [
    'two lengths',
    'POST /here HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
    'malformed_request',
  ],
  [
    'a length and chunks, as request smuggling does',
    'POST /here HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'malformed_request',
  ],
  ['CONNECT', 'CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n', 'malformed_request'],
  ['no Host', 'GET /here HTTP/1.1\r\nConnection: close\r\n\r\n', 'malformed_request'],
];

for (const [what, bytes, code] of refused) {
  test(`${what}: ${code} in an envelope, and the connection is closed`, async () => {
    const answer = parseAnswer(await sendRaw(server.port, bytes));
    assertFailureText(
      answer.body,
      { status: answer.status, header: (name) => answer.headers.get(name) },
      code,
    );
    assert.equal(answer.headers.get('connection'), 'close');
    assert.equal(answer.headers.get('content-length'), String(answer.body.length));
  });
}

const taken: readonly (readonly [what: string, bytes: string])[] = [
  [
    'a target in absolute form',
    'GET http://example.org/here HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  ],
  ['HTTP/1.0 without Host', 'GET /here HTTP/1.0\r\n\r\n'],
  [
    'an expectation that nobody knows',
    'GET /here HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n',
  ],
  [
    'an upgrade that nobody offers',
    'GET /here HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: upgrade, close\r\n\r\n',
  ],
];

for (const [what, bytes] of taken) {
  test(`${what} is answered as usual`, async () => {
    const answer = parseAnswer(await sendRaw(server.port, bytes));
    assert.equal(answer.status, 200, answer.body);
    assert.equal(JSON.parse(answer.body).ok, true);
  });
}

test('headers that do not arrive in time are answered with request_timeout', async () => {
  const counts = new EdgeCounts();
  await using impatient = await startEdgeServer(() => {}, {
    timeouts: { headersMs: 20, checkMs: 10 },
    counts,
  });
  const answer = parseAnswer(await sendRaw(impatient.port, 'GET /here HTTP/1.1\r\nHost: x\r\n'));
  assertFailureText(
    answer.body,
    { status: answer.status, header: (name) => answer.headers.get(name) },
    'request_timeout',
  );
  assert.equal(counts.connectionsCut.headers, 1);
  assert.match(impatient.log.join(''), /"level":"warn".*the request did not arrive in time/);
});

test('a connection without a request is answered with request_timeout and closed', async () => {
  await using impatient = await startEdgeServer(() => {}, { timeouts: { headersMs: 20, checkMs: 10 } });
  assert.equal(parseAnswer(await sendRaw(impatient.port, '')).status, 408);
});

test('a keep-alive connection is closed if no next request arrives', async () => {
  await using impatient = await startEdgeServer(
    (app) => app.get('/here', { config: { access: 'public' } }, (request) => success(request, {})),
    { timeouts: { keepAliveMs: 20 } },
  );
  // The first answer, and then the end of the connection.
  const answer = parseAnswer(await sendRaw(impatient.port, 'GET /here HTTP/1.1\r\nHost: x\r\n\r\n'));
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('connection'), 'keep-alive');
});
