import type { FastifyBaseLogger } from 'fastify';

const INTERVAL_MS = 60_000;

/**
 * Warnings that a client can cause as often as it likes: of each kind the first is written, and then at most one a minute, with
 * how often it has happened since (`times`).
 */
export class ThrottledLog {
  readonly #log: FastifyBaseLogger;
  readonly #now: () => number;
  readonly #kinds = new Map<string, { writtenAt: number; times: number }>();

  constructor(log: FastifyBaseLogger, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** @param message names the kind: there is a bounded number of them. */
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
