// Not by name, so tests can mock it.
import timers from 'node:timers/promises';

import { FairScheduler, shuttingDown } from '../runtime/fair-scheduler.ts';
import type { QueueDepth } from '../runtime/queue-depth.ts';
import type { LoginDelays } from './login-limits.ts';

export interface LoginTurn {
  /** The network of the client. Networks take turns. */
  readonly network: string;
  readonly delays: LoginDelays;
  /** Cancels the wait. */
  readonly signal: AbortSignal;
}

/** One at a time: each takes the thread of passwords. */
const AT_ONCE = 1;
const WAITING_PER_NETWORK = 8;
/** At one hash in 0.15 s, the last waits for little more than a minute. */
const WAITING = 512;
/** Those that wait, and the one that is checked. */
const OPEN_PER_NETWORK = WAITING_PER_NETWORK + AT_ONCE;
const QUEUE_FULL = 'Too many logins from this address are waiting.';

/** Gives logins their turns, one at a time: each after its delays, and fairly between networks. */
export class LoginTurns {
  readonly #closing = new AbortController();
  /** Bounds what one network has open here, delayed or not. */
  readonly #open = new FairScheduler({
    perQueue: OPEN_PER_NETWORK,
    shared: Infinity,
    total: Infinity,
    waitingPerQueue: 0,
    waiting: 0,
    queueFullMessage: QUEUE_FULL,
  });
  /** The delays of one network, one after the other. */
  readonly #delayed = new FairScheduler({
    perQueue: 1,
    shared: Infinity,
    total: Infinity,
    waitingPerQueue: OPEN_PER_NETWORK,
    waiting: Infinity,
    queueFullMessage: QUEUE_FULL,
  });
  readonly #checked = new FairScheduler({
    perQueue: AT_ONCE,
    shared: AT_ONCE,
    total: AT_ONCE,
    waitingPerQueue: WAITING_PER_NETWORK,
    waiting: WAITING,
    queueFullMessage: QUEUE_FULL,
  });

  /** Delayed logins wait too. */
  get depth(): QueueDepth {
    const { running } = this.#checked.depth;
    return { running, waiting: this.#open.depth.running - running };
  }

  /**
   * Runs `check` when the login's turn comes.
   * @throws RowhouseError `rate_limited` if too many of the network wait; `unavailable` if too many networks do, or after
   * `close`. The signal's reason, if it aborts before the turn.
   */
  use<T>(turn: LoginTurn, check: () => Promise<T>): Promise<T> {
    const { network, delays } = turn;
    const signal = AbortSignal.any([turn.signal, this.#closing.signal]);
    const wait = (milliseconds: number) =>
      timers.setTimeout(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
    const inTurn = async () => {
      if (delays.ofName > 0) await wait(delays.ofName);
      if (delays.ofAddress > 0) await this.#delayed.use(network, () => wait(delays.ofAddress), { signal });
      return this.#checked.use(network, check, { signal });
    };
    return this.#open.use(network, inTurn, { signal });
  }

  /** Rejects all logins that wait, and refuses new ones. */
  close(): void {
    this.#closing.abort(shuttingDown());
  }
}
