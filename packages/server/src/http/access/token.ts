import { hash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** `pat` is a Project API Token, `adm` the credential of the server's owner. */
export type TokenKind = 'pat' | 'adm';

/**
 * A new token: its kind, `_`, 36 random characters (214 bits), and 6 that are the CRC-32 of all before them, so that a
 * mistyped one, or a string that only looks like one, is known without a look-up.
 */
export function createToken(kind: TokenKind): string {
  const random = Array.from({ length: RANDOM_LENGTH }, () => BASE62.charAt(randomInt(BASE62.length))).join(
    '',
  );
  const start = `${kind}_${random}`;
  return start + checksum(start);
}

/** Whether a text could have come from `createToken`; says nothing about whether it did. */
export function isWellFormedToken(text: string): boolean {
  return TOKEN.test(text) && checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
}

/** SHA-256: the only form in which a token is stored and looked up. A token's randomness needs no salt. */
export function hashToken(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

const RANDOM_LENGTH = 36;
const CHECKSUM_LENGTH = 6;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const TOKEN = /^(?:pat|adm)_[0-9A-Za-z]{42}$/;

/** 62^6 is more than 2^32, so six digits always do. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let index = 0; index < CHECKSUM_LENGTH; index++) {
    digits = BASE62.charAt(rest % BASE62.length) + digits;
    rest = Math.floor(rest / BASE62.length);
  }
  return digits;
}
