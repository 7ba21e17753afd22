import type { FastifyReply } from 'fastify';

import type { Rate } from '../../core/config.ts';
import { type Credential, senderNumberOf } from '../../core/credential.ts';
import { RowhouseError } from '../../core/errors.ts';
import { LruMap } from '../../runtime/lru-map.ts';
import type { EdgeCounts } from '../observability/edge-counts.ts';
import { loggedSender } from '../observability/logged-sender.ts';
import type { ThrottledLog } from '../observability/throttled-log.ts';

/** Beyond this number of tokens, the least recently used token is forgotten, and has its whole quota again. */
const MAX_REMEMBERED = 100_000;

/**
 * Limits the requests of each project token and each session with a bucket of `requests`, refilled evenly within `seconds`. Stores one number
 * per token: the time at which its bucket is full (the generic cell rate algorithm, https://www.itu.int/rec/T-REC-I.371).
 * The admin credential has no limit.
 */
export class RateLimits {
  readonly #limit: Rate;
  readonly #policy: string;
  readonly #counts: EdgeCounts;
  readonly #warnings: ThrottledLog;
  readonly #now: () => number;
  /** The time at which each token's bucket is full again, in seconds, by sender. */
  readonly #fullAt = new LruMap<number, number>({ capacity: MAX_REMEMBERED });

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
   * Counts a request, and states in its answer how many more are allowed (`r`), and after how many seconds one more is
   * allowed (`t`). https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/
   * @throws RowhouseError `rate_limited`, with the time until the next request is allowed. The refused request does not
   * count.
   */
  admit(credential: Credential, reply: FastifyReply): void {
    const sender = senderNumberOf(credential);
    if (credential.kind === 'admin' || sender === null) return;
    const { requests, seconds } = this.#limit;
    const perRequest = seconds / requests;
    const now = this.#now();
    const fullAt = Math.max(this.#fullAt.peek(sender) ?? now, now);
    const wait = fullAt + perRequest - seconds - now;
    // Sums of fractional seconds are not exact.
    const isTaken = wait < 1e-6;
    const after = isTaken ? fullAt + perRequest : fullAt;
    if (isTaken) this.#fullAt.set(sender, after);
    const remaining = Math.floor((seconds - (after - now)) / perRequest + 1e-6);
    const nextIn = Math.max(1, Math.ceil(after - now - seconds + (remaining + 1) * perRequest - 1e-6));
    reply.header('ratelimit-policy', this.#policy);
    reply.header('ratelimit', `"token";r=${remaining};t=${nextIn}`);
    if (isTaken) return;
    this.#counts.requestsRateLimited += 1;
    this.#warnings.warn('requests are refused: a token exceeds its rate limit', {
      ...loggedSender(credential),
    });
    throw new RowhouseError(
      'rate_limited',
      `The ${credential.kind === 'project_token' ? 'token' : 'session'} is limited to ${requests} requests in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`,
      { retryAfterSeconds: nextIn },
    );
  }
}
