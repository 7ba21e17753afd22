import { isIPv6 } from 'node:net';

import { RowhouseError } from '../../core/errors.ts';

export interface LoginTry {
  readonly projectSlug: string;
  readonly username: string;
  /** The remote address of the socket. */
  readonly address: string;
}

interface Window {
  tries: number;
  readonly endsAtMs: number;
}

const MAX_TRIES = 10;
const WINDOW_MS = 600_000;
/** Each counted attempt costs a slow hash, so a window ends long before this many users are tried in it. */
const MAX_COUNTED = 50_000;

/**
 * Limits the login attempts for a user from one address: ten in ten minutes. A successful login resets the count. Attempts
 * for unknown users are counted in the same way.
 */
export class LoginLimits {
  /** In order of the windows' end. */
  readonly #windows = new Map<string, Window>();

  /** Checks the limit before an attempt waits. @throws RowhouseError `rate_limited`, with the time until the window ends. */
  require(attempt: LoginTry): void {
    this.#windowOf(attempt, Date.now());
  }

  /**
   * Counts an attempt when its turn comes. An attempt that is refused earlier reveals nothing about the password and is not
   * counted.
   * @throws RowhouseError like `require`.
   */
  count(attempt: LoginTry): void {
    const window = this.#windowOf(attempt, Date.now());
    window.tries++;
    this.#windows.set(keyOf(attempt), window);
  }

  forget(attempt: LoginTry): void {
    this.#windows.delete(keyOf(attempt));
  }

  #windowOf(attempt: LoginTry, now: number): Window {
    this.#forgetEnded(now);
    const window = this.#windows.get(keyOf(attempt));
    if (window !== undefined) {
      if (window.tries >= MAX_TRIES)
        throw limited('Too many login attempts for this user from this address.', window, now);
      return window;
    }
    // An open window is never evicted: otherwise, attempts with many names would reset it.
    const [oldest] = this.#windows.values();
    if (oldest !== undefined && this.#windows.size >= MAX_COUNTED)
      throw limited('Too many login attempts for different users.', oldest, now);
    return { tries: 0, endsAtMs: now + WINDOW_MS };
  }

  #forgetEnded(now: number): void {
    for (const [key, { endsAtMs }] of this.#windows) {
      if (endsAtMs > now) return;
      this.#windows.delete(key);
    }
  }
}

function limited(message: string, { endsAtMs }: Window, now: number): RowhouseError {
  return new RowhouseError('rate_limited', message, {
    retryAfterSeconds: Math.ceil((endsAtMs - now) / 1_000),
  });
}

function keyOf({ projectSlug, username, address }: LoginTry): string {
  return JSON.stringify([projectSlug, username, network(address)]);
}

/** Returns the network of an address: an IPv6 client has a whole /64 network (RFC 6177). */
function network(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? 0 : tail.split(':').length;
    groups.push(...Array.from({ length: Math.max(8 - groups.length - rest, 0) }, () => '0'));
    groups.push(...(tail === '' ? [] : tail.split(':')));
  }
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
