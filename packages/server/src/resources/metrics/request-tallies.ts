import { documentedPath } from '../../http/documented-path.ts';
import type { FinishedRequest } from '../../http/observing/finished-requests.ts';
import type { Sample } from './sample.ts';

/** In seconds: from a record read at once to a slow export. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

interface RouteTally {
  readonly method: string;
  readonly route: string;
  readonly byStatus: Map<number, number>;
  readonly counts: number[];
  sum: number;
}

/** Counts requests by route, method and status. Counting only adds; the metrics are computed on request. */
export class RequestTallies {
  /** By route, then by method. The number of both is bounded. */
  readonly #routes = new Map<string | null, Map<string, RouteTally>>();

  add({ route, method, status, durationMs }: FinishedRequest): void {
    const tally = this.#tallyOf(route, method);
    const seconds = durationMs / 1_000;
    let bound = 0;
    while (bound < BOUNDS.length && seconds > (BOUNDS[bound] ?? Infinity)) bound += 1;
    tally.counts[bound] = (tally.counts[bound] ?? 0) + 1;
    tally.sum += seconds;
    tally.byStatus.set(status, (tally.byStatus.get(status) ?? 0) + 1);
  }

  totals(): readonly Sample[] {
    return this.#all().flatMap(({ method, route, byStatus }) =>
      [...byStatus].map(([status, value]) => ({ labels: { method, route, status: String(status) }, value })),
    );
  }

  durations(): readonly Sample[] {
    return this.#all().map(({ method, route, counts, sum }) => ({
      labels: { method, route },
      distribution: { bounds: BOUNDS, counts, sum },
    }));
  }

  #tallyOf(route: string | null, method: string): RouteTally {
    const byMethod = this.#routes.get(route) ?? new Map<string, RouteTally>();
    const tally = byMethod.get(method);
    if (tally !== undefined) return tally;
    const counts = Array.from({ length: BOUNDS.length + 1 }, () => 0);
    const shown = route === null ? 'unmatched' : documentedPath(route);
    const added = { method, route: shown, byStatus: new Map(), counts, sum: 0 };
    this.#routes.set(route, byMethod.set(method, added));
    return added;
  }

  #all(): readonly RouteTally[] {
    return [...this.#routes.values()].flatMap((byMethod) => Array.from(byMethod.values()));
  }
}
