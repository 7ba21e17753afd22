import type { PlacedCall } from './request-fields.ts';
import type { StoredCall } from './request-log/stored-rows.ts';

/**
 * The calls of a run in the order in which they began, each with its distance from the first and from the end of those before.
 * Several clients may call at once: what counts is the latest end so far, of whichever call. In microseconds.
 */
export function placeCalls(
  calls: readonly StoredCall[],
  { runStarted, latestEnd }: { readonly runStarted: number; readonly latestEnd: number },
): { readonly placed: readonly PlacedCall[]; readonly latestEnd: number } {
  let end = latestEnd;
  const placed = calls.map((call) => {
    const gap = Math.max(0, call.started - end);
    end = Math.max(end, call.started + call.durationMicros);
    return { call, offset: Math.max(0, call.started - runStarted), gap };
  });
  return { placed, latestEnd: end };
}
