import { isIPv6 } from 'node:net';

import { RowhouseError } from '../../core/errors.ts';
import type { EdgeCounts } from '../observing/edge-counts.ts';
import type { ThrottledLog } from '../observing/throttled-log.ts';

export interface BodyMemoryLimits {
  /** For all bodies together, in bytes. */
  readonly total: number;
  /** For the bodies from one remote address, in bytes. */
  readonly perAddress: number;
}

/**
 * Bounds the memory of bodies that are arriving or wait to be parsed, in all and for each remote address. What counts is what
 * has been allocated: a `Content-Length` reserves nothing. A body that is alone is always taken, however low a limit is.
 */
export class BodyMemory {
  readonly #limits: BodyMemoryLimits;
  readonly #counts: EdgeCounts;
  readonly #warnings: ThrottledLog;
  readonly #ofAddresses = new Map<string, number>();

  constructor(
    limits: BodyMemoryLimits,
    parts: { readonly counts: EdgeCounts; readonly warnings: ThrottledLog },
  ) {
    this.#limits = limits;
    this.#counts = parts.counts;
    this.#warnings = parts.warnings;
  }

  /** Memory for one body, of which nothing is taken yet. */
  forBodyFrom(address: string): HeldMemory {
    return new HeldMemory(this, clientOf(address));
  }

  /** Takes `more` bytes for a body that has `held` already; or the RowhouseError `unavailable`, and nothing is taken. */
  take(client: string, held: number, more: number): RowhouseError | null {
    const ofClient = this.#ofAddresses.get(client) ?? 0;
    const total = this.#counts.bodyBytesHeld;
    if (isTooMuch(total, held, more, this.#limits.total)) return this.#refusal('all addresses together');
    if (isTooMuch(ofClient, held, more, this.#limits.perAddress)) return this.#refusal('this address');
    this.#counts.bodyBytesHeld = total + more;
    this.#ofAddresses.set(client, ofClient + more);
    return null;
  }

  release(client: string, held: number): void {
    this.#counts.bodyBytesHeld -= held;
    const rest = (this.#ofAddresses.get(client) ?? held) - held;
    if (rest === 0) this.#ofAddresses.delete(client);
    else this.#ofAddresses.set(client, rest);
  }

  #refusal(whose: string): RowhouseError {
    this.#counts.bodiesRefused += 1;
    this.#warnings.warn('bodies are refused: the memory for arriving bodies is used up', {
      held: this.#counts.bodyBytesHeld,
    });
    return new RowhouseError(
      'unavailable',
      `Request bodies from ${whose} exceed the memory limit for bodies.`,
    );
  }
}

/** What one body takes of the memory for bodies. */
export class HeldMemory {
  readonly #memory: BodyMemory;
  readonly #client: string;
  #held = 0;

  constructor(memory: BodyMemory, client: string) {
    this.#memory = memory;
    this.#client = client;
  }

  /** The RowhouseError `unavailable` where there is not so much. */
  growTo(bytes: number): RowhouseError | null {
    const refusal = this.#memory.take(this.#client, this.#held, bytes - this.#held);
    if (refusal === null) this.#held = bytes;
    return refusal;
  }

  /** Gives all of it back; may be called again. */
  release(): void {
    if (this.#held > 0) this.#memory.release(this.#client, this.#held);
    this.#held = 0;
  }
}

function isTooMuch(taken: number, held: number, more: number, limit: number): boolean {
  return taken > held && taken + more > limit;
}

/** A client of IPv6 has a whole network of 64 bits to send from (RFC 6177), so that is what counts as its address. */
function clientOf(address: string): string {
  if (!isIPv6(address) || /^::ffff:\d+\./i.test(address)) return address;
  const [left = '', right] = address.split('::');
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const zeros = right === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':');
}
