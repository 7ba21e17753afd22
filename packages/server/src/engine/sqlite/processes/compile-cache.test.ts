import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { compileCache } from './compile-cache.ts';

test('processes use the compile cache of the tests, and no other', () => {
  const ofTests = join(import.meta.dirname, '../../../../../../node_modules/.cache/compiled');
  assert.equal(compileCache({ NODE_COMPILE_CACHE: ofTests }), ofTests);
  assert.equal(compileCache({ NODE_COMPILE_CACHE: '/cache' }), null);
  assert.equal(compileCache({}), null);
});
