import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compileCache } from './compile-cache.ts';

test('processes use the compile cache only if Node has one and they run from the sources', () => {
  assert.equal(compileCache({ NODE_COMPILE_CACHE: '/cache' }, 'file:///sources/compile-cache.ts'), '/cache');
  assert.equal(compileCache({ NODE_COMPILE_CACHE: '/cache' }, 'file:///package/compile-cache.js'), null);
  assert.equal(compileCache({}, 'file:///sources/compile-cache.ts'), null);
});
