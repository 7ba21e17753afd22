import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chosenEncoding, type Encoding } from './chosen-encoding.ts';

const cases: readonly (readonly [
  header: string | undefined,
  encoding: Encoding | null,
  takesPlain?: boolean,
])[] = [
  [undefined, null],
  ['', null],
  ['identity', null],
  ['deflate', null],
  ['gzip', 'gzip'],
  ['GZip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['br', 'br'],
  ['zstd', 'zstd'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['br, gzip', 'gzip'],
  ['gzip;q=0.5, br;q=0.8', 'br'],
  ['gzip ; q=0.5 ,br;Q=0.8', 'br'],
  ['gzip;q=1.0, br;q=1.000', 'gzip'],
  ['gzip;q=0', null],
  ['gzip;q=0.000', null],
  ['gzip;q=0.001', 'gzip'],
  ['gzip;q=0, br', 'br'],
  ['gzip;q=0.5, identity', null],
  ['gzip;q=0.5, identity;q=0.5', 'gzip'],
  ['gzip;q=0.5, identity;q=0.6', null],
  ['*', 'gzip'],
  ['*;q=0.5', 'gzip'],
  ['gzip;q=0, *', 'zstd'],
  ['*;q=0, br', 'br', false],
  ['br;q=0.5, *;q=0.4', 'br'],
  ['br;q=0.5, *', 'gzip'],
  ['identity;q=0, gzip', 'gzip', false],
  ['identity;q=0, *;q=0.1', 'gzip', false],
  ['gzip, *;q=0', 'gzip', false],
  ['gzip, identity;q=0.1, *;q=0', 'gzip'],
  // Nothing that is accepted can be sent, so the answer is sent as it is.
  ['identity;q=0', null],
  ['*;q=0', null],
  ['gzip;q=2, br', 'br'],
  ['gzip;q=-1', null],
  ['gzip;q=', null],
  ['gzip;level=9', null],
  [',, gzip ,', 'gzip'],
  ['g zip', null],
];

for (const [header, encoding, takesPlain = true] of cases) {
  test(`Accept-Encoding: ${header ?? '(none)'}`, () => {
    assert.deepEqual(chosenEncoding(header), { encoding, takesPlain });
  });
}
