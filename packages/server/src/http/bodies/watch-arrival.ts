import type { FastifyRequest } from 'fastify';

import { RowhouseError } from '../../core/errors.ts';

export interface ArrivalLimits {
  /** How long the whole body may take. */
  readonly bodyMs: number;
  /** In each such time the body must bring 1 KiB for every second of it. */
  readonly bodyStallMs: number;
}

const MIN_BYTES_PER_SECOND = 1_024;

/**
 * Watches that a body arrives in time: Node times a request's headers only. Calls `late` once where it does not, with a
 * RowhouseError `request_timeout`. To be stopped when the body has arrived or is refused, by what is returned.
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
