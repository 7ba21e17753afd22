import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a text is sealed for. A text that was sealed for one purpose cannot be opened for another. */
export type SealPurpose = 'rowhouse idempotency' | 'rowhouse export links';

/**
 * Encrypts the text with AES-256-GCM. The key is derived from the secret and the purpose (HKDF-SHA256). The result starts with
 * the salt, the nonce and the tag. https://www.rfc-editor.org/rfc/rfc5869
 */
export function seal(text: string, secret: string | Uint8Array, purpose: SealPurpose): Uint8Array {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(secret, salt, purpose), nonce);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([salt, nonce, cipher.getAuthTag(), sealed]);
}

/** Decrypts the text. Returns null if it was sealed with another secret, for another purpose, or altered. */
export function unseal(sealed: Uint8Array, secret: string | Uint8Array, purpose: SealPurpose): string | null {
  const bytes = Buffer.from(sealed);
  const salt = bytes.subarray(0, SALT_BYTES);
  const nonce = bytes.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES);
  const start = SALT_BYTES + NONCE_BYTES + TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, keyOf(secret, salt, purpose), nonce);
  decipher.setAuthTag(bytes.subarray(start - TAG_BYTES, start));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(start)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

function keyOf(secret: string | Uint8Array, salt: Uint8Array, purpose: SealPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, purpose, KEY_BYTES));
}
