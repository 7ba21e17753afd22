/** The parameters of scrypt (RFC 7914, section 2). `ln` is the binary logarithm of N. */
export interface PasswordCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** A stored hash. */
export interface PasswordHash {
  readonly cost: PasswordCost;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/**
 * Returns the hash in the PHC string format, `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`.
 * https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
 */
export function writePasswordHash({ cost: { ln, r, p }, salt, hash }: PasswordHash): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`;
}

/** PHC strings have no padding. */
function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}

/** Reads a hash that `writePasswordHash` wrote. @throws Error if it did not. */
export function readPasswordHash(text: string): PasswordHash {
  const [, ln, r, p, salt = '', hash = ''] = STORED.exec(text) ?? [];
  if (hash === '') throw new Error('a stored password hash has an unknown form');
  return {
    cost: { ln: Number(ln), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

const STORED = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]{43})$/;
