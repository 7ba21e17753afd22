export interface MetricDefinition {
  /** https://prometheus.io/docs/concepts/metric_types/ */
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /** The metric's `# HELP` text. */
  readonly meaning: string;
}

/**
 * Every metric that the service defines. docs/reference/metrics.md is generated from this table, and a test compares the page
 * with it. Values are in base units such as seconds. No label contains a value that a client chose.
 */
export const metricDefinitions = {
  rowhouse_http_requests_total: {
    type: 'counter',
    labels: ['method', 'route', 'status'],
    meaning: 'Requests answered, by route pattern; `unmatched` if no route matched.',
  },
  rowhouse_http_request_duration_seconds: {
    type: 'histogram',
    labels: ['method', 'route'],
    meaning: 'Duration of requests, from the arrival of their headers to the end of their answer.',
  },
  rowhouse_http_requests_in_flight: {
    type: 'gauge',
    labels: [],
    meaning: 'Requests that have arrived and whose answer has not started.',
  },
  rowhouse_http_requests_overloaded_total: {
    type: 'counter',
    labels: [],
    meaning: 'Requests refused as `unavailable` because too many were waiting.',
  },
  rowhouse_http_requests_rate_limited_total: {
    type: 'counter',
    labels: [],
    meaning: 'Requests refused as `rate_limited` because their token exceeded its rate limit.',
  },
  rowhouse_http_body_bytes: {
    type: 'gauge',
    labels: [],
    meaning: 'Memory of JSON bodies that are arriving or waiting to be parsed, in bytes.',
  },
  rowhouse_http_bodies_refused_total: {
    type: 'counter',
    labels: [],
    meaning: 'Requests refused as `unavailable` because other bodies used up the memory for bodies.',
  },
  rowhouse_http_connections: { type: 'gauge', labels: [], meaning: 'Open connections.' },
  rowhouse_http_connections_refused_total: {
    type: 'counter',
    labels: [],
    meaning: 'Connections closed at once because the maximum number of connections was open.',
  },
  rowhouse_http_connections_cut_total: {
    type: 'counter',
    labels: ['reason'],
    meaning:
      'Connections cut because their client was slow to send headers (`headers`), to read an answer (`answer`) or to send the rest of a refused body (`rest_of_body`). A late body is a request with status 408.',
  },
  rowhouse_queue_depth: {
    type: 'gauge',
    labels: ['queue', 'state'],
    meaning:
      'Work of a thread, a pool or a kind of process, `running` or `waiting`. A point thread takes work in batches; all work sent to it counts as waiting.',
  },
  rowhouse_commit_batch_size: {
    type: 'histogram',
    labels: [],
    meaning: 'Number of short writes that shared a commit, and so one disk sync.',
  },
  rowhouse_exports_in_progress: {
    type: 'gauge',
    labels: [],
    meaning: 'Exports that are running or waiting.',
  },
  rowhouse_exports_total: {
    type: 'counter',
    labels: ['kind', 'format', 'outcome'],
    meaning: 'Exports that have ended: `ready`, `failed`, or `cancelled` if the client cancelled them.',
  },
  rowhouse_request_log_queued: {
    type: 'gauge',
    labels: [],
    meaning: 'Calls waiting to be written to the request log.',
  },
  rowhouse_request_log_written_total: {
    type: 'counter',
    labels: [],
    meaning: 'Calls written to the request log.',
  },
  rowhouse_request_log_dropped_total: {
    type: 'counter',
    labels: [],
    meaning: 'Calls missing from the request log because the log could not keep up or could not be written.',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof metricDefinitions;
