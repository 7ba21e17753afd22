import assert from 'node:assert/strict';
import { test } from 'node:test';

import { childEnvironment } from './child-environment.ts';

test('a child process sees only the variable that Windows requires and the compile cache, if they are set', () => {
  const secret = { ROWHOUSE_ADMIN_TOKEN: 'a-secret', PATH: '/bin' };
  assert.deepEqual(childEnvironment(secret), {});
  assert.deepEqual(childEnvironment({ ...secret, SystemRoot: 'C:\\Windows' }), { SystemRoot: 'C:\\Windows' });
  const cached = { NODE_COMPILE_CACHE: '/cache' };
  assert.deepEqual(childEnvironment({ ...secret, ...cached }), cached);
});
