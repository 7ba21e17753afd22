import type { PlacedCall } from './request-fields.ts';
import type { StoredCall } from './request-log/stored-rows.ts';

/**
 * Returns the calls of a run in order of their start, each with the time since the first call and since the end of all
 * earlier calls, in microseconds. Several clients may call concurrently, so the latest end so far counts, of any call.
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
