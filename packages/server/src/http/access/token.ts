import { hash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** `pat` is a project API token, `adm` the admin credential, `ses` the secret of a session. */
export type TokenKind = 'pat' | 'adm' | 'ses';

/**
 * Returns a new token: its kind, `_`, 36 random characters (214 bits), and the CRC-32 of these in 6 characters. The checksum
 * detects mistyped tokens and look-alikes without a look-up.
 */
export function createToken(kind: TokenKind): string {
  const random = Array.from({ length: RANDOM_LENGTH }, () => BASE62.charAt(randomInt(BASE62.length))).join(
    '',
  );
  const start = `${kind}_${random}`;
  return start + checksum(start);
}

/** Returns whether a text has the form and checksum of a token. Does not check whether the token exists. */
export function isWellFormedToken(text: string): boolean {
  return TOKEN.test(text) && checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
}

/** Returns the SHA-256 of a token, the only form in which it is stored and looked up. A random token needs no salt. */
export function hashToken(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

const RANDOM_LENGTH = 36;
const CHECKSUM_LENGTH = 6;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const TOKEN = /^(?:pat|adm|ses)_[0-9A-Za-z]{42}$/;

/** 62^6 is more than 2^32, so six digits are always enough. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let index = 0; index < CHECKSUM_LENGTH; index++) {
    digits = BASE62.charAt(rest % BASE62.length) + digits;
    rest = Math.floor(rest / BASE62.length);
  }
  return digits;
}
