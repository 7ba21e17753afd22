import { randomBytes, timingSafeEqual } from 'node:crypto';

import { FairScheduler } from '../runtime/fair-scheduler.ts';
import { moduleBeside } from '../runtime/threads/module-beside.ts';
import { Thread } from '../runtime/threads/thread.ts';
import { type PasswordCost, readPasswordHash, writePasswordHash } from './password-hash.ts';
import type { PasswordMethods } from './password-methods.ts';

/**
 * 32 MiB and about 0.15 s per hash, one of the equivalent settings of OWASP's Password Storage Cheat Sheet. Hashes with
 * other parameters stay valid, because each hash contains its own.
 */
export const PASSWORD_COST: PasswordCost = { ln: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** One thread, so the other cores stay free, and hashes take the memory of one. */
const AT_ONCE = 1;
/** The number of new passwords of one owner that wait, and of all owners. */
const WAITING_PER_OWNER = 64;
const WAITING = 256;
const QUEUE_FULL = 'Too many passwords are waiting.';

const ONE_AT_A_TIME = {
  perQueue: AT_ONCE,
  shared: AT_ONCE,
  total: AT_ONCE,
  queueFullMessage: QUEUE_FULL,
} as const;

/** Hashes and verifies passwords with a slow hash, on a thread of its own. The first password starts the thread. */
export class Passwords {
  readonly #cost: PasswordCost;
  readonly #thread: Thread<PasswordMethods>;
  /** Anyone can cause logins to wait, so they and new passwords take turns. Each sends one at a time. */
  readonly #turns = new FairScheduler({ ...ONE_AT_A_TIME, waitingPerQueue: WAITING, waiting: 2 * WAITING });
  /** The owners of new passwords take turns, so those of one account or project do not delay those of another. */
  readonly #newPasswords = new FairScheduler({
    ...ONE_AT_A_TIME,
    waitingPerQueue: WAITING_PER_OWNER,
    waiting: WAITING,
  });

  /** `cost`: of new hashes. Tests set a low one. */
  constructor({
    cost = PASSWORD_COST,
    onThreadCrash,
  }: {
    readonly cost?: PasswordCost | undefined;
    readonly onThreadCrash: (error: Error) => void;
  }) {
    this.#cost = cost;
    this.#thread = new Thread<PasswordMethods>({
      name: 'passwords',
      script: moduleBeside(import.meta.url, 'password-thread'),
      startData: null,
      onCrash: onThreadCrash,
    });
  }

  /**
   * Returns the hash to store, a PHC string.
   * @param owner the account or the project that the password belongs to. Owners take turns.
   * @throws RowhouseError `rate_limited`; `unavailable` during a shutdown or if the thread crashes.
   */
  async hash(password: string, owner: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#newPasswords.use(owner, () =>
      this.#turns.use('new passwords', () => this.#derive(password, salt, this.#cost)),
    );
    return writePasswordHash({ cost: this.#cost, salt, hash });
  }

  /**
   * Returns whether the password matches the hash. Without a hash it does not, after the same time.
   * @throws RowhouseError like `hash`.
   */
  async matches(password: string, stored: string | null): Promise<boolean> {
    const { cost, salt, hash } =
      stored === null ? { ...NO_HASH, cost: this.#cost } : readPasswordHash(stored);
    const derived = await this.#turns.use('logins', () => this.#derive(password, salt, cost));
    return timingSafeEqual(derived, hash) && stored !== null;
  }

  /** Returns whether the hash has the current parameters. */
  isUpToDate(stored: string): boolean {
    const { ln, r, p } = readPasswordHash(stored).cost;
    return ln === this.#cost.ln && r === this.#cost.r && p === this.#cost.p;
  }

  /**
   * Returns whether the password is on a list of common passwords. Case is ignored.
   * @throws RowhouseError `unavailable`, like `hash`.
   */
  isCommon(password: string): Promise<boolean> {
    return this.#thread.request('isCommon', password);
  }

  /** Rejects all that wait and stops the thread, after the running hash. */
  async close(): Promise<void> {
    this.#newPasswords.close();
    this.#turns.close();
    await this.#thread.close();
  }

  /** The same text may be typed as different sequences of characters (RFC 8265, section 4.2.2). */
  #derive(password: string, salt: Uint8Array, cost: PasswordCost): Promise<Uint8Array> {
    return this.#thread.request('derive', { password: password.normalize('NFC'), salt, cost });
  }
}

/** The sentinel hash of an unknown user. */
const NO_HASH = { salt: Buffer.alloc(SALT_BYTES), hash: Buffer.alloc(HASH_BYTES) };
