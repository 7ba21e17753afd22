import { collectDefaultMetrics, Registry } from 'prom-client';

import { EdgeCounts } from '../../http/observability/edge-counts.ts';
import { metricDefinitions, type MetricName } from './metric-definitions.ts';
import { readMetric } from './read-metric.ts';
import { RequestHistograms } from './request-histograms.ts';
import type { Distribution, Sample } from './sample.ts';

/** Values from the service. */
export interface ServiceFigures {
  readonly queues: Readonly<Record<string, { readonly running: number; readonly waiting: number }>>;
  readonly commitSizes: Distribution;
  readonly exports: {
    readonly inProgress: number;
    readonly ended: readonly {
      readonly kind: string;
      readonly format: string;
      readonly outcome: string;
      readonly count: number;
    }[];
  };
  readonly requestLog: { readonly queued: number; readonly written: number; readonly dropped: number };
}

/** The sources of values that the edge does not count. Each is read when a collector requests the metrics. */
export interface MetricSources {
  readonly service: () => ServiceFigures;
}

/** The service's metrics, in the Prometheus format. */
export class Metrics {
  /** The counters of the HTTP server. */
  readonly edge = new EdgeCounts();
  /** Observes each completed request. */
  readonly requests = new RequestHistograms();
  readonly #registry = new Registry();

  constructor(sources: MetricSources) {
    for (const [name, read] of Object.entries(this.#readers(sources))) {
      this.#registry.registerMetric(readMetric(name, metricDefinitions[name as MetricName], read));
    }
    // The usual metrics of the process and its event loop.
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #readers({ service }: MetricSources): Readonly<Record<MetricName, () => readonly Sample[]>> {
    const { edge, requests } = this;
    return {
      rowhouse_http_requests_total: () => requests.totals(),
      rowhouse_http_request_duration_seconds: () => requests.durations(),
      rowhouse_http_requests_in_flight: () => [single(edge.requestsInFlight)],
      rowhouse_http_requests_overloaded_total: () => [single(edge.requestsOverloaded)],
      rowhouse_http_requests_rate_limited_total: () => [single(edge.requestsRateLimited)],
      rowhouse_http_body_bytes: () => [single(edge.bodyBytesHeld)],
      rowhouse_http_bodies_refused_total: () => [single(edge.bodiesRefused)],
      rowhouse_http_connections: () => [single(edge.connectionsOpen)],
      rowhouse_http_connections_refused_total: () => [single(edge.connectionsRefused)],
      rowhouse_http_connections_cut_total: () =>
        Object.entries(edge.connectionsCut).map(([reason, value]) => ({ labels: { reason }, value })),
      rowhouse_queue_depth: () => Object.entries(service().queues).flatMap(queueDepth),
      rowhouse_commit_batch_size: () => [{ labels: {}, distribution: service().commitSizes }],
      rowhouse_exports_in_progress: () => [single(service().exports.inProgress)],
      rowhouse_exports_total: () =>
        service().exports.ended.map(({ count, ...labels }) => ({ labels, value: count })),
      rowhouse_request_log_queued: () => [single(service().requestLog.queued)],
      rowhouse_request_log_written_total: () => [single(service().requestLog.written)],
      rowhouse_request_log_dropped_total: () => [single(service().requestLog.dropped)],
    };
  }
}

function single(value: number): Sample {
  return { labels: {}, value };
}

function queueDepth([queue, depth]: readonly [
  string,
  { readonly running: number; readonly waiting: number },
]): readonly Sample[] {
  return [
    { labels: { queue, state: 'running' }, value: depth.running },
    { labels: { queue, state: 'waiting' }, value: depth.waiting },
  ];
}
