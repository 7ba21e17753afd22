/**
 * Every setting of the service: its environment variable, form, default and meaning.
 * docs/reference/configuration.md is generated from this table, and a test compares the page with it.
 */
export const settings = {
  host: {
    variable: 'ROWHOUSE_HOST',
    kind: 'text',
    default: '127.0.0.1',
    meaning:
      'The address to listen on. `0.0.0.0` or `::` listens on every interface; `localhost` is `127.0.0.1`.',
  },
  port: {
    variable: 'ROWHOUSE_PORT',
    kind: 'integer',
    minimum: 0,
    maximum: 65_535,
    default: 8_787,
    meaning: 'The port to listen on; 0 uses any free port.',
  },
  dataDir: {
    variable: 'ROWHOUSE_DATA_DIR',
    kind: 'path',
    default: './data',
    meaning: 'The folder for all stored data: project databases, exports and the catalog.',
  },
  keyFile: {
    variable: 'ROWHOUSE_KEY_FILE',
    kind: 'path',
    default: null,
    meaning:
      'The file of the service key, which encrypts secrets in the catalog. If it is not set, the file is `service.key` in the data folder. The first start creates it.',
  },
  adminToken: {
    variable: 'ROWHOUSE_ADMIN_TOKEN',
    kind: 'secret',
    minimumLength: 24,
    default: null,
    meaning:
      'The admin credential: visible ASCII text of 24 characters or more. It is never printed. It replaces the stored credential, and a replaced one is never valid again: if this is one, it is ignored. If it is not set, the stored credential stays valid; the first start creates one and prints it once.',
  },
  sampleProject: {
    variable: 'ROWHOUSE_SAMPLE_PROJECT',
    kind: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    meaning: 'Whether the first start creates the project `example_project`, a small lending library.',
  },
  logLevel: {
    variable: 'ROWHOUSE_LOG_LEVEL',
    kind: 'choice',
    choices: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    default: 'info',
    meaning: 'The lowest severity of log entries to write. The log is lines of JSON on standard error.',
  },
  maxConnections: {
    variable: 'ROWHOUSE_MAX_CONNECTIONS',
    kind: 'integer',
    minimum: 1,
    maximum: 1_000_000,
    default: 10_000,
    meaning:
      'The maximum number of open connections. Another connection is answered `unavailable` and closed. Each connection needs a file descriptor (`ulimit -n`).',
  },
  headersTimeoutSeconds: {
    variable: 'ROWHOUSE_HEADERS_TIMEOUT_SECONDS',
    kind: 'integer',
    minimum: 1,
    maximum: 3_600,
    default: 60,
    meaning:
      'The time limit for the request line and headers to arrive, in seconds, from the opening of the connection or the first byte.',
  },
  bodyTimeoutSeconds: {
    variable: 'ROWHOUSE_BODY_TIMEOUT_SECONDS',
    kind: 'integer',
    minimum: 1,
    maximum: 3_600,
    default: 120,
    meaning: 'The time limit for a JSON body to arrive, in seconds.',
  },
  bodyStallSeconds: {
    variable: 'ROWHOUSE_BODY_STALL_SECONDS',
    kind: 'integer',
    minimum: 1,
    maximum: 3_600,
    default: 20,
    meaning:
      'The period, in seconds, over which an arriving JSON body must average 1 KiB a second. A slower body is answered `request_timeout`.',
  },
  keepAliveSeconds: {
    variable: 'ROWHOUSE_KEEP_ALIVE_SECONDS',
    kind: 'integer',
    minimum: 1,
    maximum: 3_600,
    default: 72,
    meaning:
      'How long an idle connection is kept for its next request, in seconds. Set it longer than the keep-alive time of a proxy in front; otherwise, the proxy may send a request on a connection that is being closed.',
  },
  rateLimit: {
    variable: 'ROWHOUSE_RATE_LIMIT',
    kind: 'rate',
    default: null,
    meaning:
      'The rate limit of each project token and each session: `600/60` allows 600 requests at once, and then 600 in every 60 seconds, one each tenth of a second. `off` (the default) sets no limit. The admin credential has no limit.',
  },
  metricsPort: {
    variable: 'ROWHOUSE_METRICS_PORT',
    kind: 'port',
    default: null,
    meaning:
      'A second port, which serves only `GET /metrics`, without a token. If it is `off` or not set, only the main port serves metrics, with the admin credential.',
  },
  metricsHost: {
    variable: 'ROWHOUSE_METRICS_HOST',
    kind: 'text',
    default: '127.0.0.1',
    meaning:
      'The address that the second port listens on. Every client that can reach it can read the metrics.',
  },
  compression: {
    variable: 'ROWHOUSE_COMPRESSION',
    kind: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    meaning:
      'Whether JSON answers of 1 KiB or more are compressed (zstd, gzip or br) for clients that accept it. Set it to `off` if a proxy in front compresses.',
  },
  bodyMaxBytes: {
    variable: 'ROWHOUSE_BODY_MAX_BYTES',
    kind: 'integer',
    minimum: 1_024,
    maximum: 1_073_741_824,
    default: 10_485_760,
    meaning: 'The maximum size of a JSON body, in bytes. A route without a token accepts at most 16,384.',
  },
  bodiesMaxBytes: {
    variable: 'ROWHOUSE_BODIES_MAX_BYTES',
    kind: 'integer',
    minimum: 16_384,
    maximum: 1_099_511_627_776,
    default: 268_435_456,
    meaning:
      'The maximum memory of all JSON bodies that are arriving or waiting to be parsed, in bytes. A body that would exceed it is answered `unavailable`.',
  },
  addressBodiesMaxBytes: {
    variable: 'ROWHOUSE_ADDRESS_BODIES_MAX_BYTES',
    kind: 'integer',
    minimum: 16_384,
    maximum: 1_099_511_627_776,
    default: 134_217_728,
    meaning:
      'The same limit for the bodies from one remote address (for IPv6, one /64 network). Behind a proxy, every body comes from the proxy’s address: set it to the value of `ROWHOUSE_BODIES_MAX_BYTES` there.',
  },
  importMaxBytes: {
    variable: 'ROWHOUSE_IMPORT_MAX_BYTES',
    kind: 'integer',
    minimum: 512,
    maximum: Number.MAX_SAFE_INTEGER,
    default: 10_737_418_240,
    meaning: 'The maximum size of an imported SQLite file, in bytes.',
  },
  maxOpenDatabases: {
    variable: 'ROWHOUSE_MAX_OPEN_DATABASES',
    kind: 'integer',
    minimum: 1,
    maximum: 100_000,
    default: 256,
    meaning:
      'The maximum number of project databases that each database thread keeps open. The least recently used database is closed.',
  },
  tokenKeptDays: {
    variable: 'ROWHOUSE_TOKEN_KEPT_DAYS',
    kind: 'integer',
    minimum: 0,
    maximum: 36_500,
    default: 30,
    meaning: 'For how many days an expired or revoked token stays in the list of tokens.',
  },
  queryTimeoutMs: {
    variable: 'ROWHOUSE_QUERY_TIMEOUT_MS',
    kind: 'integer',
    minimum: 1,
    maximum: 3_600_000,
    default: 5_000,
    meaning:
      'The time limit of a query or a read of a view, in milliseconds. Deleting or replacing a project waits for running queries, and so at most this long.',
  },
  exportTimeoutSeconds: {
    variable: 'ROWHOUSE_EXPORT_TIMEOUT_SECONDS',
    kind: 'integer',
    minimum: 1,
    maximum: 604_800,
    default: 3_600,
    meaning: 'The time limit of an export, in seconds.',
  },
  exportMaxBytes: {
    variable: 'ROWHOUSE_EXPORT_MAX_BYTES',
    kind: 'integer',
    minimum: 1_024,
    maximum: Number.MAX_SAFE_INTEGER,
    default: 21_474_836_480,
    meaning: 'The maximum size of an export’s file, in bytes.',
  },
  exportRetentionSeconds: {
    variable: 'ROWHOUSE_EXPORT_RETENTION',
    kind: 'integer',
    minimum: 0,
    maximum: 3_155_760_000,
    default: 0,
    meaning:
      'How long the file of an export is kept, in seconds, unless its `expires_in` is shorter. 0 keeps the file until the export is deleted.',
  },
  operationIdleSeconds: {
    variable: 'ROWHOUSE_OPERATION_IDLE_SECONDS',
    kind: 'integer',
    minimum: 1,
    maximum: 31_536_000,
    default: 420,
    meaning:
      'How long an operation run (`X-Operation-Run-Id`) may be idle before the next call starts a new run, in seconds.',
  },
  requestLogDays: {
    variable: 'ROWHOUSE_REQUEST_LOG_DAYS',
    kind: 'integer',
    minimum: 1,
    maximum: 36_500,
    default: 30,
    meaning: 'For how many days the request log keeps a call.',
  },
  requestLogMaxRows: {
    variable: 'ROWHOUSE_REQUEST_LOG_MAX_ROWS',
    kind: 'integer',
    minimum: 1_000,
    maximum: 1_000_000_000,
    default: 10_000_000,
    meaning: 'The maximum number of calls in the request log. The oldest calls are removed.',
  },
  auditDays: {
    variable: 'ROWHOUSE_AUDIT_DAYS',
    kind: 'integer',
    minimum: 30,
    maximum: 36_500,
    default: 400,
    meaning: 'For how many days the audit trail keeps an event. Nothing removes an event earlier.',
  },
  publicUrl: {
    variable: 'ROWHOUSE_PUBLIC_URL',
    kind: 'url',
    default: null,
    meaning:
      'The address at which clients reach the service, for example behind a proxy. Links to exports start with it. If it is not set, they start with the `Host` of the request that creates the link, if `ROWHOUSE_ALLOWED_HOSTS` has it or it names a loopback address, and otherwise with the address and port that received the request.',
  },
  allowedHosts: {
    variable: 'ROWHOUSE_ALLOWED_HOSTS',
    kind: 'hosts',
    default: [],
    meaning:
      'The hosts that links to exports may start with, besides loopback addresses: `db.example.org` for port 80, `db.example.org:8787` for another one. Links start with `http://`: behind a proxy with TLS, set `ROWHOUSE_PUBLIC_URL` instead.',
  },
  url: {
    variable: 'ROWHOUSE_URL',
    kind: 'url',
    default: null,
    meaning:
      'The running server that `rowhouse import`, `rowhouse export` and `rowhouse admin` use. If it is not set, they open the data folder directly.',
  },
  token: {
    variable: 'ROWHOUSE_TOKEN',
    kind: 'secret',
    minimumLength: 24,
    default: null,
    meaning:
      'The token that `rowhouse import`, `rowhouse export` and `rowhouse admin` send to a running server.',
  },
} as const satisfies Record<string, Setting>;

export type Setting = { readonly variable: string; readonly meaning: string } & (
  | { readonly kind: 'text'; readonly default: string }
  | { readonly kind: 'path'; readonly default: string | null }
  | { readonly kind: 'url'; readonly default: null }
  | { readonly kind: 'secret'; readonly minimumLength: number; readonly default: null }
  | { readonly kind: 'integer'; readonly minimum: number; readonly maximum: number; readonly default: number }
  | { readonly kind: 'port'; readonly default: null }
  | { readonly kind: 'rate'; readonly default: null }
  | { readonly kind: 'hosts'; readonly default: readonly string[] }
  | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default: string }
);
