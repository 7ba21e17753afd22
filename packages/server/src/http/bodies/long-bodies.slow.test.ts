import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';

import { Type } from 'typebox';

import { startEdgeServer, tokensOf } from '../../testing/http/edge-server.ts';
import { nextEvent } from '../../testing/system/waiting.ts';
import { success } from '../envelope.ts';

const MIB = 1_048_576;

/** Bodies of 10 MiB of the kinds that take longest to parse. */
const slowBodies: Readonly<Record<string, () => string>> = {
  'numbers of one digit, one of sixteen, and an escape': () =>
    filled('{"v":[9007199254740993,"\\u0061",', '1,', '1]}'),
  'integers of sixteen digits': () => filled('{"v":[', '9007199254740993,', '1]}'),
  'numbers with a fraction of zeros': () => filled('{"v":[', '1.0,', '1]}'),
  'empty objects, and an integer': () => filled('{"constructor":9007199254740993,"v":[', '{},', '1]}'),
  'arrays of one number, and an integer': () => filled('{"v":[9007199254740993,', '[1],', '1]}'),
  'objects of ever other names': () => `{"v":[${otherNames()}]}`,
};

function filled(start: string, unit: string, end: string): string {
  return start + unit.repeat((10 * MIB - start.length - end.length) / unit.length) + end;
}

function otherNames(): string {
  let next = 0;
  const object = () => `{${Array.from({ length: 100 }, () => `"${(next++).toString(36)}":1`).join(',')}}`;
  return Array.from({ length: 9_500 }, object).join(',');
}

async function answerOn(socket: Socket): Promise<string> {
  const [chunk]: Buffer[] = await nextEvent(socket, 'data');
  return chunk?.toString('latin1', 9, 12) ?? '';
}

test('while a long body is parsed, other requests are answered', async (context) => {
  const authenticator = tokensOf(new Map([['adm', { kind: 'admin' }]]));
  await using server = await startEdgeServer(
    (app) => {
      const body = Type.Object(
        { v: Type.Unknown(), constructor: Type.Optional(Type.Unknown()) },
        { additionalProperties: false },
      );
      app.post(
        '/long',
        { config: { access: 'admin', keepsRealNumbers: true }, schema: { body } },
        (request) => success(request, {}),
      );
      app.get('/alive', { config: { access: 'public' } }, (request) => success(request, {}));
    },
    { authenticator },
  );
  for (const [what, text] of Object.entries(slowBodies)) {
    await context.test(what, async () => {
      const body = Buffer.from(text());
      const [sender, other] = [1, 2].map(() => connect({ host: '127.0.0.1', port: server.port }));
      assert.ok(sender !== undefined && other !== undefined);
      sender.write(
        `POST /long HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer adm\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      // The last byte is sent when the rest has arrived, so that only parsing is left.
      await new Promise((resolve) => sender.write(body.subarray(0, -1), resolve));
      let answered = 0;
      const long = answerOn(sender).then((status) => ({ status, answered }));
      sender.write(body.subarray(-1));
      for (; answered < 10; answered++) {
        other.write('GET /alive HTTP/1.1\r\nHost: x\r\n\r\n');
        assert.equal(await answerOn(other), '200');
      }
      assert.deepEqual(await long, { status: '200', answered: 10 });
      for (const socket of [sender, other]) socket.destroy();
    });
  }
});
