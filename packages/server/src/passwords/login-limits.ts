import { invalidCredentials, RowhouseError } from '../core/errors.ts';
import { clientNetwork } from './client-network.ts';
import { type FailureWindow, FailureWindows } from './failure-windows.ts';

/** Who tries to log in where. Whether the user exists makes no difference. */
export interface LoginAttempt {
  /** What the user logs in to, such as `project shop` or `accounts`. */
  readonly realm: string;
  /** In Unicode NFC. */
  readonly username: string;
  /** The remote address of the socket. */
  readonly address: string;
}

/** How long an attempt waits before its turn, in milliseconds. */
export interface LoginDelays {
  /** Attempts for the name wait at the same time. */
  readonly ofName: number;
  /** Attempts from the address wait one after the other. */
  readonly ofAddress: number;
}

/** Further attempts for this name from this address are refused. */
const MAX_FAILURES = 10;
/** Further attempts from this address are delayed, and their failures hidden. */
const ADDRESS_FAILURES = 20;
const ADDRESS_DELAY_MS = 1_000;
/** Each time that the name has had this many failures, further attempts wait another second. */
const NAME_FAILURES = 20;
const NAME_DELAY_MS = 1_000;
const NAME_MAX_DELAY_MS = 5_000;
/** Each failure costs a slow hash, so one thread counts fewer in ten minutes. */
const MAX_WINDOWS = 20_000;

/**
 * Limits failed logins, by name and address together, by address, and by name. The owner of a name can always log in from
 * another address, and others at the address of an attacker too, after a delay.
 */
export class LoginLimits {
  readonly #attempts = new FailureWindows(MAX_WINDOWS);
  readonly #addresses = new FailureWindows(MAX_WINDOWS);
  readonly #names = new FailureWindows(MAX_WINDOWS);

  /**
   * Checks the limit of the name at this address before an attempt waits.
   * @throws RowhouseError `rate_limited`, with the time until the window ends.
   */
  require(attempt: LoginAttempt): void {
    const window = this.#attempts.get(attemptKey(attempt));
    if (window.failures < MAX_FAILURES) return;
    throw limited('Too many login attempts for this user from this address.', window);
  }

  delays(attempt: LoginAttempt): LoginDelays {
    const { failures: ofAddress } = this.#addresses.get(clientNetwork(attempt.address));
    const { failures: ofName } = this.#names.get(nameKey(attempt));
    return {
      ofName: Math.min(Math.floor(ofName / NAME_FAILURES) * NAME_DELAY_MS, NAME_MAX_DELAY_MS),
      ofAddress: ofAddress < ADDRESS_FAILURES ? 0 : ADDRESS_DELAY_MS,
    };
  }

  /**
   * Counts an attempt as failed when its turn comes, because a client that disconnects during the work has tried too. An
   * attempt that is refused earlier reveals nothing about the password and is not counted.
   * @throws RowhouseError like `require`.
   */
  count(attempt: LoginAttempt): void {
    this.require(attempt);
    this.#attempts.add(attemptKey(attempt));
    this.#addresses.add(clientNetwork(attempt.address));
    this.#names.add(nameKey(attempt));
  }

  /** Takes a counted attempt back, with all others for the name from its address: they were the user's own. */
  succeed(attempt: LoginAttempt): void {
    this.#attempts.reset(attemptKey(attempt));
    this.#addresses.subtract(clientNetwork(attempt.address));
    this.#names.subtract(nameKey(attempt));
  }

  /** Returns the error of a counted attempt that failed. */
  failure(attempt: LoginAttempt): RowhouseError {
    const window = this.#addresses.get(clientNetwork(attempt.address));
    if (window.failures <= ADDRESS_FAILURES) return invalidCredentials();
    return limited('Too many failed logins from this address.', window);
  }
}

function limited(message: string, { endsAtMs }: FailureWindow): RowhouseError {
  return new RowhouseError('rate_limited', message, {
    retryAfterSeconds: Math.ceil((endsAtMs - Date.now()) / 1_000),
  });
}

function attemptKey({ realm, username, address }: LoginAttempt): string {
  return JSON.stringify([realm, username, clientNetwork(address)]);
}

function nameKey({ realm, username }: LoginAttempt): string {
  return JSON.stringify([realm, username]);
}
