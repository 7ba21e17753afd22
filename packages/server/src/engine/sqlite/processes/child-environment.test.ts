import assert from 'node:assert/strict';
import { test } from 'node:test';

import { childEnvironment } from './child-environment.ts';

test('a child process sees what Windows needs, where that is set, and nothing else', () => {
  const secret = { ROWHOUSE_ADMIN_TOKEN: 'a-secret', PATH: '/bin' };
  assert.deepEqual(childEnvironment(secret), {});
  assert.deepEqual(childEnvironment({ ...secret, SystemRoot: 'C:\\Windows' }), { SystemRoot: 'C:\\Windows' });
});
