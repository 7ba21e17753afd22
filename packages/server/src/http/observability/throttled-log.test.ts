import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';

import { createServiceLog } from './service-log.ts';
import { ThrottledLog } from './throttled-log.ts';

test('a repeated event is logged once a minute, with its count', () => {
  const lines: { readonly msg: string; readonly times: number; readonly port: number }[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  let now = 0;
  const log = new ThrottledLog(createServiceLog('info', destination), () => now);
  for (let count = 0; count < 5; count++) log.warn('one', { port: count });
  log.warn('other', { port: 9 });
  now = 60_000;
  log.warn('one', { port: 7 });
  assert.deepEqual(
    lines.map(({ msg, times, port }) => [msg, times, port]),
    [
      ['one', 1, 0],
      ['other', 1, 9],
      ['one', 5, 7],
    ],
  );
});
