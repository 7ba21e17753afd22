import assert from 'node:assert/strict';
import { test } from 'node:test';

import { seal, unseal } from './sealed-text.ts';

test('sealed text can be opened only with its secret, and only if no bit was changed', () => {
  const text = '{"token":"pat_…"}';
  const sealed = seal(text, 'secret');
  assert.equal(unseal(sealed, 'secret'), text);
  assert.equal(unseal(sealed, 'another'), null);
  assert.ok(!Buffer.from(sealed).includes('pat_'));
  assert.notDeepEqual(seal(text, 'secret'), sealed);
  for (let index = 0; index < sealed.length; index++) {
    const altered = Uint8Array.from(sealed, (byte, at) => (at === index ? byte ^ 1 : byte));
    assert.equal(unseal(altered, 'secret'), null, `byte ${index}`);
  }
});
