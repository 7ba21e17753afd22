import assert from 'node:assert/strict';
import { test } from 'node:test';

import { seal, unseal } from './sealed-text.ts';

const PURPOSE = 'rowhouse idempotency';

test('sealed text can be opened only with its secret, for its purpose, and only if no bit was changed', () => {
  const text = '{"token":"pat_…"}';
  const sealed = seal(text, 'secret', PURPOSE);
  assert.equal(unseal(sealed, 'secret', PURPOSE), text);
  assert.equal(unseal(sealed, 'another', PURPOSE), null);
  assert.equal(unseal(sealed, 'secret', 'rowhouse export links'), null);
  assert.ok(!Buffer.from(sealed).includes('pat_'));
  assert.notDeepEqual(seal(text, 'secret', PURPOSE), sealed);
  for (let index = 0; index < sealed.length; index++) {
    const altered = Uint8Array.from(sealed, (byte, at) => (at === index ? byte ^ 1 : byte));
    assert.equal(unseal(altered, 'secret', PURPOSE), null, `byte ${index}`);
  }
});
