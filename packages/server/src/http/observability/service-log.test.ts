import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createServiceLog } from './service-log.ts';

test('the log shows no secret, body, header or query, whatever an error contains', () => {
  const lines: string[] = [];
  const log = createServiceLog('info', { write: (line) => lines.push(line) });
  log.info(
    { token: 'pat_hidden', headers: { authorization: 'Bearer pat_hidden' }, body: { note: 'hidden' } },
    'first',
  );
  log.info(
    {
      password: 'hidden',
      request: { token: 'hidden', password: 'hidden', authorization: 'hidden', body: 'hidden' },
    },
    'second',
  );
  log.info(
    { req: { method: 'GET', url: '/projects/a/records/b?filters=hidden', headers: { cookie: 'hidden' } } },
    'third',
  );
  assert.equal(lines.length, 3);
  assert.doesNotMatch(lines.join(''), /hidden/);
  assert.match(String(lines[2]), /"path":"\/projects\/a\/records\/b"/);
});
