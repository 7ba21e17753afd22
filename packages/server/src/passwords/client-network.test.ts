import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientNetwork } from './client-network.ts';

const networks: readonly (readonly [one: string, other: string, same: boolean])[] = [
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
  ['2001:db8:1:2::1', '2001:0DB8:0001:0002:0:0:0:9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:db8::1', '2001:db8::2', true],
  ['2001:db8::1', '2001:db8:0:1::1', false],
  ['::1', '2001:db8::1', false],
  ['fe80::1%eth0', 'fe80::2%eth1', true],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
  ['192.0.2.1', '192.0.2.2', false],
];
for (const [one, other, same] of networks) {
  test(`${one} and ${other} are ${same ? 'the same network' : 'different networks'}`, () => {
    assert.equal(clientNetwork(one) === clientNetwork(other), same);
  });
}
