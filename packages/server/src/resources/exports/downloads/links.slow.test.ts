import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { globalAgent } from 'node:http';
import { test } from 'node:test';

import { timestamp } from '../../../core/ids.ts';
import { borrowTestServer } from '../../../testing/http/borrowed-server.ts';
import { sendExactly } from '../../../testing/http/exact-request.ts';
import { download, exportNow, findExport, projectOf, stones } from '../../../testing/http/exports.ts';
import {
  ADMIN_TOKEN,
  type Answer,
  startTestServer,
  type TestServer,
} from '../../../testing/http/test-server.ts';
import { temporaryFolder } from '../../../testing/system/temporary-folder.ts';
import { startCommandServer } from '../../../testing/tools/command.ts';

const INVALID = 'The link was altered, has expired or was revoked.';

test('a link downloads the export without a token, as a whole, in ranges, and as HEAD', async (context) => {
  const now = wholeSecond();
  context.mock.timers.enable({ apis: ['Date'], now });
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(100));
  const made = await exportNow(server, 'quarry', 'table/stone');
  const { url, link } = await linkTo(server, 'quarry', made.id, { expires_in: 60 });
  assert.equal(link.export_id, made.id);
  assert.equal(link.expires_at, timestamp(new Date(now + 60_000)));

  const whole = await fetch(url);
  assert.equal(whole.status, 200);
  assert.equal(whole.headers.get('etag'), `"${made.sha256}"`);
  const bytes = Buffer.from(await whole.arrayBuffer());
  assert.equal(createHash('sha256').update(bytes).digest('hex'), made.sha256);
  const rest = await fetch(url, { headers: { range: 'bytes=100-', 'if-range': `"${made.sha256}"` } });
  assert.equal(rest.status, 206);
  assert.deepEqual(Buffer.from(await rest.arrayBuffer()), bytes.subarray(100));
  const head = await fetch(url, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(made.size_bytes)]);
  // A token in the request is ignored.
  assert.equal((await fetch(url, { headers: { authorization: 'Bearer pat_nobody' } })).status, 200);
});

test('an altered link is refused with the same message as one that never existed', async () => {
  await using server = await borrowTestServer();
  await projectOf(server, 'quarry', stones(3));
  await projectOf(server, 'rival', stones(3));
  const made = await exportNow(server, 'quarry', 'table/stone');
  const other = await exportNow(server, 'quarry', 'schema');
  const rival = await exportNow(server, 'rival', 'schema');
  const { url } = await linkTo(server, 'quarry', made.id);
  await linkTo(server, 'rival', rival.id);
  assert.equal((await fetch(url)).status, 200);

  const signature = new URL(url).searchParams.get('signature') ?? '';
  const expires = Number(new URL(url).searchParams.get('expires'));
  const replaced = (from: string, to: string) => url.replace(from, to);
  const altered = [
    replaced(made.id, other.id),
    replaced(made.id, rival.id),
    replaced(made.id, 'exp_20260601_182345_a1b2c3d4e5'),
    replaced(made.id, 'x'),
    replaced(made.id, '..%2F..%2Fcatalog.sqlite'),
    replaced(`expires=${expires}`, `expires=${expires + 1}`),
    replaced(`expires=${expires}`, `expires=${expires - 1_000_000}`),
    replaced(`expires=${expires}`, 'expires=9007199254740991'),
    replaced(signature, ''),
    replaced(signature, signature.slice(1)),
    replaced(signature, `${signature}A`),
    replaced(signature, `${signature}%3D`),
    replaced(signature, `%20${signature}`),
    replaced(signature, `${signature.slice(0, 20)}!${signature.slice(20)}`),
    replaced(signature, signature.toLowerCase()),
    replaced(signature, `é${signature.slice(2)}`),
    // The last of 43 characters has two unused bits.
    ...ALPHABET.filter((last) => !signature.endsWith(last)).map((last) =>
      replaced(signature, signature.slice(0, -1) + last),
    ),
  ];
  for (const changed of altered) {
    const response = await fetch(changed);
    const { error } = (await response.json()) as { readonly error: object };
    assert.deepEqual([response.status, error], [403, { code: 'invalid_link', message: INVALID }], changed);
  }
  for (const changed of [
    url.replace(/&signature=.*/, ''),
    url.replace(/expires=\d+&/, ''),
    replaced(`expires=${expires}`, 'expires=soon'),
    replaced(`expires=${expires}`, 'expires=-1'),
    `${url}&signature=${signature}`,
    `${url}&colour=red`,
    replaced(signature, 'A'.repeat(1_000)),
    replaced(made.id, 'x'.repeat(1_000)),
  ]) {
    const response = await fetch(changed);
    assert.ok([400, 404].includes(response.status), `${response.status} ${changed}`);
  }
});

test('a link ends when it expires, when the export is deleted, and when the links of its project are revoked', async (context) => {
  const now = wholeSecond();
  context.mock.timers.enable({ apis: ['Date'], now });
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(3));
  await projectOf(server, 'rival', stones(3));
  const made = await exportNow(server, 'quarry', 'table/stone');
  const rival = await exportNow(server, 'rival', 'table/stone');
  const first = await linkTo(server, 'quarry', made.id);
  const short = await linkTo(server, 'quarry', made.id, { expires_in: 1 });
  const rivals = await linkTo(server, 'rival', rival.id);
  assert.equal((await fetch(short.url)).status, 200);
  context.mock.timers.setTime(now + 1_000);
  await assertInvalid(short.url);

  assert.equal((await fetch(first.url)).status, 200);
  const ended = await server.call('DELETE', '/projects/quarry/export/links');
  assert.deepEqual(ended.body.data, { ended: true });
  await assertInvalid(first.url);
  assert.equal((await fetch(rivals.url)).status, 200);

  const second = await linkTo(server, 'quarry', made.id);
  assert.equal((await fetch(second.url)).status, 200);
  await server.restart();
  const moved = (url: string) => server.url + new URL(url).pathname + new URL(url).search;
  assert.equal((await fetch(moved(second.url))).status, 200);
  assert.equal((await server.call('DELETE', `/projects/quarry/exports/${made.id}`)).status, 200);
  await assertInvalid(moved(second.url));
  const deletion = { confirm_project_slug: 'rival' };
  assert.equal((await server.call('DELETE', '/projects/rival', { json: deletion })).status, 200);
  await assertInvalid(moved(rivals.url));
});

test('concurrently created links are all valid', async () => {
  await using server = await borrowTestServer();
  await projectOf(server, 'quarry', stones(3));
  const made = await exportNow(server, 'quarry', 'table/stone');
  const links = await Promise.all(Array.from({ length: 20 }, () => linkTo(server, 'quarry', made.id)));
  for (const { url } of links) assert.equal((await fetch(url)).status, 200);
});

test('a link begins with the public URL, with an allowed Host, or with the address of the server', async () => {
  await using known = await startTestServer({ publicUrl: 'https://rowhouse.example/db/' });
  await projectOf(known, 'quarry', stones(3));
  const made = await exportNow(known, 'quarry', 'table/stone');
  const { url } = await linkTo(known, 'quarry', made.id);
  assert.ok(url.startsWith(`https://rowhouse.example/db/shared/exports/${made.id}?expires=`), url);

  await using server = await borrowTestServer();
  await projectOf(server, 'quarry', stones(3));
  const other = await exportNow(server, 'quarry', 'table/stone');
  assert.ok((await linkTo(server, 'quarry', other.id)).url.startsWith(`${server.url}/shared/exports/`));

  await using listed = await startTestServer({ allowedHosts: ['db.example.org'] });
  await projectOf(listed, 'quarry', stones(3));
  const third = await exportNow(listed, 'quarry', 'table/stone');
  for (const [host, start] of [
    ['db.example.org', 'http://db.example.org'],
    ['evil.example', listed.url],
  ] as const) {
    const request = {
      method: 'POST',
      target: `/projects/quarry/exports/${third.id}/link`,
      headers: { host, authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: '{}',
    };
    const { text } = await sendExactly(listed.url, request, globalAgent);
    assert.ok(JSON.parse(text).data.link.url.startsWith(`${start}/shared/exports/`), text);
  }
});

test('a download is counted once, even if it is interrupted and resumed, and after a restart', async () => {
  await using server = await startTestServer();
  await projectOf(server, 'quarry', stones(1_000));
  const made = await exportNow(server, 'quarry', 'table/stone');
  const { url } = await linkTo(server, 'quarry', made.id);

  await (await fetch(url, { headers: { range: 'bytes=0-999' } })).arrayBuffer();
  await (await fetch(url, { headers: { range: 'bytes=1000-1999' } })).arrayBuffer();
  await (await fetch(url, { headers: { range: 'bytes=2000-' } })).arrayBuffer();
  assert.equal((await findExport(server, 'quarry', made)).download_count, 1);
  await download(server, made);
  assert.equal((await findExport(server, 'quarry', made)).download_count, 2);
  // A HEAD request or a 304 answer is not a download.
  await fetch(url, { method: 'HEAD' });
  await fetch(url, { headers: { 'if-none-match': `"${made.sha256}"` } });
  await fetch(url, { headers: { range: 'bytes=99999999-' } });
  assert.equal((await findExport(server, 'quarry', made)).download_count, 2);

  await server.restart();
  assert.equal((await findExport(server, 'quarry', made)).download_count, 2);
  await download(server, made);
  await server.restart();
  assert.equal((await findExport(server, 'quarry', made)).download_count, 3);
});

test('the log has each download, but nothing that grants access to it', async () => {
  using folder = temporaryFolder();
  const admin = 'an-admin-token-given-by-hand';
  await using server = await startCommandServer({
    ROWHOUSE_DATA_DIR: folder.path,
    ROWHOUSE_ADMIN_TOKEN: admin,
    ROWHOUSE_LOG_LEVEL: 'trace',
  });
  const headers = { authorization: `Bearer ${admin}` };
  const post = async (path: string) => {
    const response = await fetch(server.url + path, { method: 'POST', headers });
    return ((await response.json()) as Answer['body']).data;
  };
  const project = '/projects/example_project';
  const { export: made } = await post(`${project}/export/schema`);
  const { link } = await post(`${project}/exports/${made.id}/link`);
  const byLink = await fetch(link.url);
  const byToken = await fetch(server.url + made.download_url, { headers });
  for (const response of [byLink, byToken]) await response.arrayBuffer();
  const refused = await fetch(`${link.url}x`);
  await refused.arrayBuffer();
  await server.stop('SIGTERM');

  const lines = server
    .stderr()
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const told = lines.filter((line) => line.msg === 'export download started');
  assert.deepEqual(
    told.map(({ request_id, project: slug, export: id, by }) => [request_id, slug, id, by]),
    [
      [byLink.headers.get('x-request-id'), 'example_project', made.id, 'link'],
      [byToken.headers.get('x-request-id'), 'example_project', made.id, 'token'],
    ],
  );
  const signature = new URL(link.url).searchParams.get('signature') ?? '?';
  const key = readFileSync(`${folder.path}/service.key`, 'utf8').trim();
  for (const secret of [signature, 'signature=', admin, key]) {
    assert.equal(server.stderr().includes(secret), false, secret);
  }
});

/** The current time in whole seconds, as in answers. */
function wholeSecond(): number {
  return Math.floor(Date.now() / 1_000) * 1_000;
}

/** The alphabet of base64url. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');

interface Link {
  readonly url: string;
  readonly export_id: string;
  readonly expires_at: string;
}

async function linkTo(
  server: TestServer,
  project: string,
  id: string,
  json: unknown = {},
): Promise<{ readonly url: string; readonly link: Link }> {
  const { status, body } = await server.call('POST', `/projects/${project}/exports/${id}/link`, { json });
  assert.equal(status, 201, JSON.stringify(body));
  return { url: body.data.link.url, link: body.data.link };
}

async function assertInvalid(url: string): Promise<void> {
  for (const method of ['GET', 'HEAD']) {
    const response = await fetch(url, { method, headers: { range: 'bytes=0-1' } });
    assert.equal(response.status, 403, url);
    const text = await response.text();
    if (method === 'GET') assert.equal(JSON.parse(text).error.code, 'invalid_link');
  }
}
