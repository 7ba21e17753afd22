import type { FastifyBaseLogger } from 'fastify';

const INTERVAL_MS = 60_000;

/**
 * Logs warnings that clients can cause at will. The first of each kind is logged, and then at most one a minute, with the
 * number since the last (`times`).
 */
export class ThrottledLog {
  readonly #log: FastifyBaseLogger;
  readonly #now: () => number;
  readonly #kinds = new Map<string, { writtenAt: number; times: number }>();

  constructor(log: FastifyBaseLogger, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** @param message names the kind, of which there is a bounded number. */
  warn(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const now = this.#now();
    const kind = this.#kinds.get(message) ?? { writtenAt: -Infinity, times: 0 };
    this.#kinds.set(message, kind);
    kind.times += 1;
    if (now - kind.writtenAt < INTERVAL_MS) return;
    this.#log.warn({ ...fields, times: kind.times }, message);
    kind.writtenAt = now;
    kind.times = 0;
  }
}
