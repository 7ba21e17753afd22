import type { FastifyRequest } from 'fastify';

import { RowhouseError } from '../../core/errors.ts';

export interface ArrivalLimits {
  /** The time limit for the whole body. */
  readonly bodyMs: number;
  /** The period over which the body must average 1 KiB a second. */
  readonly bodyStallMs: number;
}

const MIN_BYTES_PER_SECOND = 1_024;

/**
 * Watches that a body arrives in time, because Node only times the headers. Calls `late` once with a RowhouseError
 * `request_timeout` if it does not. Call the returned function when the body has arrived or is refused.
 */
export function watchArrival(
  request: FastifyRequest,
  { bodyMs, bodyStallMs }: ArrivalLimits,
  late: (error: RowhouseError) => void,
): () => void {
  if (request.raw.complete) return nothingToStop;
  let passedMs = 0;
  let arrivedBefore = 0;
  let timer: NodeJS.Timeout;
  const waitOn = () => {
    const windowMs = Math.min(bodyStallMs, bodyMs - passedMs);
    timer = setTimeout(() => {
      passedMs += windowMs;
      const arrived = request.bodySizeBytes - arrivedBefore;
      arrivedBefore += arrived;
      if (passedMs >= bodyMs) late(timeout(`The body did not arrive within ${bodyMs} ms.`));
      else if (arrived < (windowMs * MIN_BYTES_PER_SECOND) / 1_000) {
        late(timeout(`The body stopped arriving: only ${arrived} bytes arrived in ${windowMs} ms.`));
      } else waitOn();
    }, windowMs);
  };
  waitOn();
  return () => clearTimeout(timer);
}

function nothingToStop(): void {}

function timeout(message: string): RowhouseError {
  return new RowhouseError('request_timeout', message);
}
