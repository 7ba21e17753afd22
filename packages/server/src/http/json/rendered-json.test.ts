import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Type } from 'typebox';

import { startEdgeServer } from '../../testing/http/edge-server.ts';
import { envelopeOf, success } from '../envelope.ts';
import { renderedSuccess } from './rendered-json.ts';

const data = Type.Object({ text: Type.String() }, { additionalProperties: false });

test('pre-rendered data is sent byte for byte, in an ordinary envelope', async () => {
  await using server = await startEdgeServer((app) => {
    const options = {
      config: { access: 'public' },
      schema: { response: { 200: envelopeOf(data) } },
    } as const;
    app.get('/rendered', options, (request) => renderedSuccess(request, '{ "text" : "\\u0041" }'));
    app.get('/made', options, (request) => success(request, { text: 'A' }));
  });
  const rendered = await fetch(`${server.url}/rendered`);
  const made = await fetch(`${server.url}/made`);
  const [text, other] = [await rendered.text(), await made.text()];
  assert.match(text, /^\{"ok":true,"data":\{ "text" : "\\u0041" \},"error":null,"request_id":"req_/);
  const [body, otherBody] = [JSON.parse(text), JSON.parse(other)];
  assert.deepEqual(Object.keys(body), Object.keys(otherBody));
  assert.deepEqual(body.data, otherBody.data);
  assert.equal(rendered.headers.get('content-type'), made.headers.get('content-type'));
  assert.equal(rendered.headers.get('x-request-id'), body.request_id);
});

test('in tests, pre-rendered data that does not match its schema fails', async () => {
  await using server = await startEdgeServer((app) => {
    app.get(
      '/rendered',
      { config: { access: 'public' }, schema: { response: { 200: envelopeOf(data) } } },
      (request) => renderedSuccess(request, '{"text":7}'),
    );
  });
  assert.equal((await fetch(`${server.url}/rendered`)).status, 500);
});
