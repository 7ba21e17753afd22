import { isIPv6 } from 'node:net';

import { RowhouseError } from '../../core/errors.ts';

export interface LoginTry {
  readonly projectSlug: string;
  readonly username: string;
  /** Where the request comes from, as the socket says it. */
  readonly address: string;
}

interface Window {
  tries: number;
  readonly endsAtMs: number;
}

const MAX_TRIES = 10;
const WINDOW_MS = 600_000;
/** Each counted try costs a slow hash, so that a window is over long before this many users were tried in it. */
const MAX_COUNTED = 50_000;

/**
 * How often a user may be tried from one address: ten times in ten minutes, which a login that succeeds begins anew. A user
 * who is not there is counted like one who is.
 */
export class LoginLimits {
  /** In the order in which their windows end. */
  readonly #windows = new Map<string, Window>();

  /**
   * Before a try is let wait for its turn.
   * @throws RowhouseError `rate_limited`, with the time until the window ends.
   */
  require(attempt: LoginTry): void {
    this.#windowOf(attempt, Date.now());
  }

  /**
   * When it is the try's turn: one that finds none is told nothing about the password, and is not counted.
   * @throws RowhouseError as `require` does.
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
    // A window that has not ended is never given up for another: whoever tries many names would begin one anew with them.
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

/** Whoever has one address of IPv6 has a network of them: 64 bits (RFC 6177). */
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
