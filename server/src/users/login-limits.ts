import { isIPv6 } from 'node:net';

import { RowhouseError } from '../errors.ts';

export interface LoginTry {
  readonly projectSlug: string;
  readonly username: string;
  /** Where the request comes from, as the socket says it. */
  readonly address: string;
}

const MAX_TRIES = 10;
const WINDOW_MS = 600_000;
/** Each try costs a slow hash, so that a window is over long before this many users were tried in it. */
const MAX_COUNTED = 10_000;

/**
 * How often a user may be tried from one address: ten times in ten minutes, which a login that succeeds begins anew. A user
 * who is not there is counted like one who is.
 */
export class LoginLimits {
  /** In the order in which their windows end. */
  readonly #windows = new Map<string, { tries: number; readonly endsAtMs: number }>();

  /** @throws RowhouseError `rate_limited`, with the time until the window ends. */
  count(attempt: LoginTry): void {
    const now = Date.now();
    this.#forgetBefore(now);
    const key = keyOf(attempt);
    const window = this.#windows.get(key) ?? { tries: 0, endsAtMs: now + WINDOW_MS };
    if (window.tries >= MAX_TRIES) {
      throw new RowhouseError('rate_limited', 'This user was tried too often from this address.', {
        retryAfterSeconds: Math.ceil((window.endsAtMs - now) / 1_000),
      });
    }
    window.tries++;
    this.#windows.set(key, window);
  }

  forget(attempt: LoginTry): void {
    this.#windows.delete(keyOf(attempt));
  }

  #forgetBefore(now: number): void {
    for (const [key, { endsAtMs }] of this.#windows) {
      if (endsAtMs > now && this.#windows.size <= MAX_COUNTED) return;
      this.#windows.delete(key);
    }
  }
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
