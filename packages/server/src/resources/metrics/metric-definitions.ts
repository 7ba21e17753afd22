export interface MetricDefinition {
  /** https://prometheus.io/docs/concepts/metric_types/ */
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /** The `# HELP` of it. */
  readonly meaning: string;
}

/**
 * Every metric of the service's own, once. docs/reference/metrics.md is generated from this table, and a test holds the page to
 * it. Values are in base units, seconds say; no label holds what a client chose.
 */
export const metricDefinitions = {
  rowhouse_http_requests_total: {
    type: 'counter',
    labels: ['method', 'route', 'status'],
    meaning:
      'Requests that were answered, by the pattern of their route; `unmatched` where no route took them.',
  },
  rowhouse_http_request_duration_seconds: {
    type: 'histogram',
    labels: ['method', 'route'],
    meaning: 'How long requests took, from the arrival of their headers to the end of their answer.',
  },
  rowhouse_http_requests_in_flight: {
    type: 'gauge',
    labels: [],
    meaning: 'Requests that have arrived and whose answer has not begun.',
  },
  rowhouse_http_requests_overloaded_total: {
    type: 'counter',
    labels: [],
    meaning: 'Requests refused as `unavailable` because too many waited.',
  },
  rowhouse_http_requests_rate_limited_total: {
    type: 'counter',
    labels: [],
    meaning: 'Requests refused as `rate_limited` because their token had sent more than it may.',
  },
  rowhouse_http_body_bytes: {
    type: 'gauge',
    labels: [],
    meaning: 'Memory of JSON bodies that are arriving or wait to be parsed, in bytes.',
  },
  rowhouse_http_bodies_refused_total: {
    type: 'counter',
    labels: [],
    meaning: 'Requests refused as `unavailable` because other bodies had taken the memory for them.',
  },
  rowhouse_http_connections: { type: 'gauge', labels: [], meaning: 'Connections that are open.' },
  rowhouse_http_connections_refused_total: {
    type: 'counter',
    labels: [],
    meaning: 'Connections closed at once because as many as there may be were open.',
  },
  rowhouse_http_connections_cut_total: {
    type: 'counter',
    labels: ['reason'],
    meaning:
      'Connections cut because their client was slow: with the headers of a request (`headers`), with taking an answer (`answer`), with the rest of a body that nobody reads (`rest_of_body`). A body that is late is a request of status 408.',
  },
  rowhouse_queue_depth: {
    type: 'gauge',
    labels: ['queue', 'state'],
    meaning:
      'Work of a thread, a pool or a kind of process, `running` or `waiting`. A point thread takes its work in batches: all that it has been handed waits.',
  },
  rowhouse_commit_batch_size: {
    type: 'histogram',
    labels: [],
    meaning: 'How many short writes shared a commit, and so one sync of the disk.',
  },
  rowhouse_exports_in_progress: {
    type: 'gauge',
    labels: [],
    meaning: 'Exports that are being made or wait to be.',
  },
  rowhouse_exports_total: {
    type: 'counter',
    labels: ['kind', 'format', 'outcome'],
    meaning: 'Exports that have ended: `ready`, `failed`, or `given_up` by whoever asked for them.',
  },
  rowhouse_request_log_queued: {
    type: 'gauge',
    labels: [],
    meaning: 'Calls that wait to be written to the log of requests.',
  },
  rowhouse_request_log_written_total: {
    type: 'counter',
    labels: [],
    meaning: 'Calls written to the log of requests.',
  },
  rowhouse_request_log_dropped_total: {
    type: 'counter',
    labels: [],
    meaning: 'Calls that are missing in the log of requests: it could not keep up, or could not be written.',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof metricDefinitions;
