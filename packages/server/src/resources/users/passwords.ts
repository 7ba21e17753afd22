import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

import { Turns } from './turns.ts';

/** Of scrypt: RFC 7914, section 2. `ln` is the binary logarithm of N. */
interface Cost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/**
 * 32 MiB and about 0.15 s for each, one of the settings that OWASP's Password Storage Cheat Sheet holds to be equal. What
 * was made with other parameters stays valid, as each hash has its own written in it.
 */
const COST: Cost = { ln: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Each takes its memory and one of Node's four file threads: two leave room for the files of everybody else. */
const LIMITS = { atOnce: 2, waiting: 64 };

/** Anybody can make logins wait, and so they have a line of their own. */
type Line = 'logins' | 'new users';

/** Passwords, of which only a slow hash is kept. */
export class Passwords {
  readonly #turns = new Turns<Line>(LIMITS);

  /**
   * @returns the hash in the PHC string format, `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`.
   * https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
   * @throws RowhouseError `rate_limited`.
   */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#turns.take('new users', () => derive(password, salt, COST));
    return write({ cost: COST, salt, hash });
  }

  /**
   * Whether it is the password of that hash. Without a hash it is not, and takes as long.
   * @param onTurn is called when it is this one's turn, before the work; what it throws is thrown.
   * @throws RowhouseError `rate_limited`.
   */
  async matches(
    password: string,
    stored: string | null,
    onTurn: () => void = () => undefined,
  ): Promise<boolean> {
    const { cost, salt, hash } = stored === null ? NOBODY : read(stored);
    const derived = await this.#turns.take('logins', () => {
      onTurn();
      return derive(password, salt, cost);
    });
    return timingSafeEqual(derived, hash) && stored !== null;
  }

  /** Whether the hash was made as they are made today. */
  isUpToDate(stored: string): boolean {
    const { ln, r, p } = read(stored).cost;
    return ln === COST.ln && r === COST.r && p === COST.p;
  }
}

function derive(password: string, salt: Buffer, { ln, r, p }: Cost): Promise<Buffer> {
  // One text may be typed as several sequences of characters (RFC 8265, section 4.2.2).
  const bytes = Buffer.from(password.normalize('NFC'), 'utf8');
  const options = { N: 2 ** ln, r, p, maxmem: 2 * 128 * 2 ** ln * r };
  return new Promise((resolve, reject) => {
    scrypt(bytes, salt, HASH_BYTES, options, (error, derived) => {
      if (error === null) resolve(derived);
      else reject(error);
    });
  });
}

interface Hashed {
  readonly cost: Cost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Stands for a user who is not there. */
const NOBODY: Hashed = { cost: COST, salt: Buffer.alloc(SALT_BYTES), hash: Buffer.alloc(HASH_BYTES) };

function write({ cost: { ln, r, p }, salt, hash }: Hashed): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`;
}

/** PHC strings have no padding. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

function read(text: string): Hashed {
  const [, ln, r, p, salt = '', hash = ''] = STORED.exec(text) ?? [];
  if (hash === '') throw new Error('a stored password hash has an unknown form');
  return {
    cost: { ln: Number(ln), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

const STORED = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]{43})$/;
