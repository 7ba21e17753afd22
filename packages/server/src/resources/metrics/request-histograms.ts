import { documentedPath } from '../../http/documented-path.ts';
import type { FinishedRequest } from '../../http/observability/finished-requests.ts';
import type { Sample } from './sample.ts';

/** The upper bounds of the buckets, in seconds: from a fast read of a record to a slow export. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

interface RouteHistogram {
  readonly method: string;
  readonly route: string;
  readonly byStatus: Map<number, number>;
  /** The requests in each bucket; the last bucket has no upper bound. */
  readonly counts: number[];
  /** In seconds. */
  sum: number;
}

/** Counts the requests of each route and method, by status and by duration. The metrics are computed only when they are read. */
export class RequestHistograms {
  /** By route, then by method. The number of both is bounded. */
  readonly #routes = new Map<string | null, Map<string, RouteHistogram>>();

  add({ route, method, status, durationMs }: FinishedRequest): void {
    const histogram = this.#histogramOf(route, method);
    const seconds = durationMs / 1_000;
    let bound = 0;
    while (bound < BOUNDS.length && seconds > (BOUNDS[bound] ?? Infinity)) bound += 1;
    histogram.counts[bound] = (histogram.counts[bound] ?? 0) + 1;
    histogram.sum += seconds;
    histogram.byStatus.set(status, (histogram.byStatus.get(status) ?? 0) + 1);
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

  #histogramOf(route: string | null, method: string): RouteHistogram {
    const byMethod = this.#routes.get(route) ?? new Map<string, RouteHistogram>();
    const histogram = byMethod.get(method);
    if (histogram !== undefined) return histogram;
    const counts = Array.from({ length: BOUNDS.length + 1 }, () => 0);
    const shown = route === null ? 'unmatched' : documentedPath(route);
    const added = { method, route: shown, byStatus: new Map(), counts, sum: 0 };
    this.#routes.set(route, byMethod.set(method, added));
    return added;
  }

  #all(): readonly RouteHistogram[] {
    return [...this.#routes.values()].flatMap((byMethod) => Array.from(byMethod.values()));
  }
}
