import type { FastifyReply } from 'fastify';

import type { Rate } from '../../core/config.ts';
import type { Credential } from '../../core/credential.ts';
import { RowhouseError } from '../../core/errors.ts';
import type { EdgeCounts } from '../observing/edge-counts.ts';
import type { ThrottledLog } from '../observing/throttled-log.ts';

/** The token unused for longest makes room, and has its whole quota again. */
const MAX_REMEMBERED = 100_000;

/**
 * How many requests each project token may send: a bucket that holds `requests`, and is filled again evenly within `seconds`.
 * Of each token one number is kept, the time at which its bucket is full (the generic cell rate algorithm, as in
 * https://www.itu.int/rec/T-REC-I.371). The admin credential, which is the owner's, has no limit.
 */
export class RateLimits {
  readonly #limit: Rate;
  readonly #policy: string;
  readonly #counts: EdgeCounts;
  readonly #warnings: ThrottledLog;
  readonly #now: () => number;
  /** When its bucket is full again, in seconds, by the token; the one that is not used for longest first. */
  readonly #fullAt = new Map<number, number>();

  constructor(
    limit: Rate,
    parts: { readonly counts: EdgeCounts; readonly warnings: ThrottledLog; readonly now?: () => number },
  ) {
    this.#limit = limit;
    this.#policy = `"token";q=${limit.requests};w=${limit.seconds}`;
    this.#counts = parts.counts;
    this.#warnings = parts.warnings;
    this.#now = parts.now ?? (() => performance.now() / 1_000);
  }

  /**
   * Counts a request, and says in its answer how many more are taken (`r`), and in how many seconds there is one more (`t`).
   * https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/
   * @throws RowhouseError `rate_limited`, with the time after which the next one is taken; it does not count.
   */
  admit(credential: Credential, reply: FastifyReply): void {
    if (credential.kind === 'admin') return;
    const { requests, seconds } = this.#limit;
    const perRequest = seconds / requests;
    const now = this.#now();
    const fullAt = Math.max(this.#fullAt.get(credential.tokenId) ?? now, now);
    const wait = fullAt + perRequest - seconds - now;
    // Sums of fractions of a second are not exact.
    const isTaken = wait < 1e-6;
    const after = isTaken ? fullAt + perRequest : fullAt;
    if (isTaken) this.#remember(credential.tokenId, after);
    const remaining = Math.floor((seconds - (after - now)) / perRequest + 1e-6);
    const nextIn = Math.max(1, Math.ceil(after - now - seconds + (remaining + 1) * perRequest - 1e-6));
    reply.header('ratelimit-policy', this.#policy);
    reply.header('ratelimit', `"token";r=${remaining};t=${nextIn}`);
    if (isTaken) return;
    this.#counts.requestsRateLimited += 1;
    const { tokenId: token_id, projectSlug: project } = credential;
    this.#warnings.warn('requests are refused: a token exceeds its rate limit', { token_id, project });
    throw new RowhouseError(
      'rate_limited',
      `The token is limited to ${requests} requests in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`,
      { retryAfterSeconds: nextIn },
    );
  }

  #remember(tokenId: number, fullAt: number): void {
    this.#fullAt.delete(tokenId);
    this.#fullAt.set(tokenId, fullAt);
    if (this.#fullAt.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#fullAt.keys();
    if (oldest !== undefined) this.#fullAt.delete(oldest);
  }
}
