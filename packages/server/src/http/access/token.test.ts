import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createToken, hashToken, isWellFormedToken } from './token.ts';

test('a token consists of its kind, 36 random characters and a checksum of 6', () => {
  assert.match(createToken('pat'), /^pat_[0-9A-Za-z]{42}$/);
  assert.match(createToken('adm'), /^adm_[0-9A-Za-z]{42}$/);
  assert.notEqual(createToken('pat'), createToken('pat'));
});

test('a new token is well-formed', () => {
  for (let count = 0; count < 200; count++) assert.ok(isWellFormedToken(createToken('pat')));
});

test('the checksum is the CRC-32 of the preceding text in base 62, so that other programs can compute it', () => {
  // Computed with Python's zlib.crc32: 0xdf209341.
  assert.ok(isWellFormedToken(`pat_${'0'.repeat(36)}45L9Ob`));
});

test('one wrong character anywhere is detected', () => {
  const token = createToken('pat');
  for (let index = 4; index < token.length; index++) {
    const other = token.charAt(index) === 'a' ? 'b' : 'a';
    const mistyped = token.slice(0, index) + other + token.slice(index + 1);
    assert.equal(isWellFormedToken(mistyped), false, `character ${index}`);
  }
});

test('a token that is too short, too long, or of another kind is not well-formed', () => {
  const token = createToken('pat');
  for (const text of [
    token.slice(0, -1),
    `${token}a`,
    token.replace('pat', 'adm'),
    token.replace('pat', 'abc'),
    '',
    `${token}\n`,
  ]) {
    assert.equal(isWellFormedToken(text), false, JSON.stringify(text));
  }
});

test('a token is stored as its SHA-256', () => {
  assert.equal(
    hashToken('abc').toString('hex'),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
