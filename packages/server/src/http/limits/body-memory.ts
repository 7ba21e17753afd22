import { isIPv6 } from 'node:net';

import { RowhouseError } from '../../core/errors.ts';
import type { EdgeCounts } from '../observability/edge-counts.ts';
import type { ThrottledLog } from '../observability/throttled-log.ts';

export interface BodyMemoryLimits {
  /** For all bodies together, in bytes. */
  readonly total: number;
  /** For the bodies from one remote address, in bytes. */
  readonly perAddress: number;
}

/**
 * Limits the memory of bodies that are arriving or waiting to be parsed, in all and for each remote address. Allocated
 * memory counts: a `Content-Length` reserves nothing. A single body is always accepted, however low the limits are.
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

  /** Returns the memory account of one body, with nothing acquired yet. */
  forBodyFrom(address: string): HeldMemory {
    return new HeldMemory(this, clientOf(address));
  }

  /**
   * Acquires `more` bytes for a body that already has `held`. Returns the RowhouseError `unavailable` instead if a limit is
   * exceeded.
   */
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

/** The share of one body in the memory for bodies. */
export class HeldMemory {
  readonly #memory: BodyMemory;
  readonly #client: string;
  #held = 0;

  constructor(memory: BodyMemory, client: string) {
    this.#memory = memory;
    this.#client = client;
  }

  /** Acquires memory up to `bytes` in all. Returns the RowhouseError `unavailable` if a limit is exceeded. */
  growTo(bytes: number): RowhouseError | null {
    const refusal = this.#memory.take(this.#client, this.#held, bytes - this.#held);
    if (refusal === null) this.#held = bytes;
    return refusal;
  }

  /** Releases all memory. May be called several times. */
  release(): void {
    if (this.#held > 0) this.#memory.release(this.#client, this.#held);
    this.#held = 0;
  }
}

function isTooMuch(taken: number, held: number, more: number, limit: number): boolean {
  return taken > held && taken + more > limit;
}

/**
 * Returns the address that limits apply to. An IPv6 client has a whole /64 network (RFC 6177), so its network counts as its
 * address.
 */
function clientOf(address: string): string {
  if (!isIPv6(address) || /^::ffff:\d+\./i.test(address)) return address;
  const [left = '', right] = address.split('::');
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const zeros = right === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':');
}
