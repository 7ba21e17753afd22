import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { childEnvironment } from './child-environment.ts';

test('a child process sees only the variable that Windows requires and the compile cache of tests, if they are set', () => {
  const secret = { ROWHOUSE_ADMIN_TOKEN: 'a-secret', PATH: '/bin' };
  assert.deepEqual(childEnvironment(secret), {});
  assert.deepEqual(childEnvironment({ ...secret, SystemRoot: 'C:\\Windows' }), { SystemRoot: 'C:\\Windows' });
  const ofTests = join(import.meta.dirname, '../../../../../../node_modules/.cache/compiled');
  const cached = { NODE_COMPILE_CACHE: ofTests };
  assert.deepEqual(childEnvironment({ ...secret, ...cached }), cached);
  assert.deepEqual(childEnvironment({ NODE_COMPILE_CACHE: '/cache' }), {});
});
