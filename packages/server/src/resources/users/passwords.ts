import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

import { FairScheduler } from '../../runtime/fair-scheduler.ts';

/** The parameters of scrypt (RFC 7914, section 2). `ln` is the binary logarithm of N. */
export interface PasswordCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/**
 * 32 MiB and about 0.15 s per hash, one of the equivalent settings of OWASP's Password Storage Cheat Sheet. Hashes with
 * other parameters stay valid, because each hash contains its own.
 */
export const PASSWORD_COST: PasswordCost = { ln: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Each hash takes its memory and one of Node's four file threads. Two leave threads for other files. */
const AT_ONCE = 2;
const WAITING = 64;

/** Hashes and verifies passwords with a slow hash. */
export class Passwords {
  readonly #cost: PasswordCost;
  /** Anyone can cause logins to wait, so they and the creation of users have separate queues. */
  readonly #scheduler = new FairScheduler({
    perQueue: AT_ONCE,
    shared: AT_ONCE,
    total: AT_ONCE,
    waitingPerQueue: WAITING,
    waiting: 2 * WAITING,
    queueFullMessage: 'Too many logins are waiting.',
  });

  /** @param cost of new hashes. Tests set a low one. */
  constructor(cost: PasswordCost = PASSWORD_COST) {
    this.#cost = cost;
  }

  /**
   * Returns the hash in the PHC string format, `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`.
   * https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
   * @throws RowhouseError `rate_limited`.
   */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#scheduler.use('new users', () => derive(password, salt, this.#cost));
    return write({ cost: this.#cost, salt, hash });
  }

  /**
   * Returns whether the password matches the hash. Without a hash it does not, after the same time.
   * @param onTurn is called when the work starts; its error is thrown.
   * @throws RowhouseError `rate_limited`.
   */
  async matches(
    password: string,
    stored: string | null,
    onTurn: () => void = () => undefined,
  ): Promise<boolean> {
    const { cost, salt, hash } = stored === null ? { ...NO_HASH, cost: this.#cost } : read(stored);
    const derived = await this.#scheduler.use('logins', () => {
      onTurn();
      return derive(password, salt, cost);
    });
    return timingSafeEqual(derived, hash) && stored !== null;
  }

  /** Returns whether the hash has the current parameters. */
  isUpToDate(stored: string): boolean {
    const { ln, r, p } = read(stored).cost;
    return ln === this.#cost.ln && r === this.#cost.r && p === this.#cost.p;
  }
}

function derive(password: string, salt: Buffer, { ln, r, p }: PasswordCost): Promise<Buffer> {
  // The same text may be typed as different sequences of characters (RFC 8265, section 4.2.2).
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
  readonly cost: PasswordCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** The sentinel hash of an unknown user. */
const NO_HASH = { salt: Buffer.alloc(SALT_BYTES), hash: Buffer.alloc(HASH_BYTES) };

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
