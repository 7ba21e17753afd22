import { resolve } from 'node:path';

/**
 * Every setting of the service, once: its environment variable, its form, its default and its meaning.
 * docs/reference/configuration.md is generated from this table, and a test holds the page to it.
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
    meaning: 'The port to listen on; 0 takes any free one.',
  },
  dataDir: {
    variable: 'ROWHOUSE_DATA_DIR',
    kind: 'path',
    default: './data',
    meaning: 'The folder that holds everything stored: project databases, exports and the catalog.',
  },
  adminToken: {
    variable: 'ROWHOUSE_ADMIN_TOKEN',
    kind: 'secret',
    minimumLength: 24,
    default: null,
    meaning:
      'The admin credential, any visible ASCII text of 24 characters or more, used as it is and never printed. Without it, one is made on the first start and printed once.',
  },
  sampleProject: {
    variable: 'ROWHOUSE_SAMPLE_PROJECT',
    kind: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    meaning: 'Whether an empty data folder gets the project `example_project`, a small lending library.',
  },
  logLevel: {
    variable: 'ROWHOUSE_LOG_LEVEL',
    kind: 'choice',
    choices: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    default: 'info',
    meaning: 'The least severe log entries that are written, as lines of JSON, to standard error.',
  },
  maxConnections: {
    variable: 'ROWHOUSE_MAX_CONNECTIONS',
    kind: 'integer',
    minimum: 1,
    maximum: 1_000_000,
    default: 10_000,
    meaning:
      'How many connections may be open at once. One more is answered `unavailable` and closed. Each needs a file descriptor (`ulimit -n`).',
  },
  headersTimeoutSeconds: {
    variable: 'ROWHOUSE_HEADERS_TIMEOUT_SECONDS',
    kind: 'integer',
    minimum: 1,
    maximum: 3_600,
    default: 60,
    meaning:
      'How long the request line and the headers may take to arrive, in seconds, from the opening of the connection or the first byte.',
  },
  bodyTimeoutSeconds: {
    variable: 'ROWHOUSE_BODY_TIMEOUT_SECONDS',
    kind: 'integer',
    minimum: 1,
    maximum: 3_600,
    default: 120,
    meaning: 'How long a JSON body may take to arrive, in seconds.',
  },
  bodyStallSeconds: {
    variable: 'ROWHOUSE_BODY_STALL_SECONDS',
    kind: 'integer',
    minimum: 1,
    maximum: 3_600,
    default: 20,
    meaning:
      'In each such time, in seconds, a JSON body that is arriving must bring 1 KiB for every second of it; else it is answered `request_timeout`.',
  },
  keepAliveSeconds: {
    variable: 'ROWHOUSE_KEEP_ALIVE_SECONDS',
    kind: 'integer',
    minimum: 1,
    maximum: 3_600,
    default: 72,
    meaning:
      'How long a connection is kept for its next request, in seconds. Longer than a proxy before it keeps its own: else it sends into one that is just being closed.',
  },
  rateLimit: {
    variable: 'ROWHOUSE_RATE_LIMIT',
    kind: 'rate',
    default: null,
    meaning:
      'How many requests each project token may send: `600/60` is 600 at once, and then as many in every 60 seconds, one each tenth of a second. `off`, as without it, sets no limit. The admin credential has none.',
  },
  metricsPort: {
    variable: 'ROWHOUSE_METRICS_PORT',
    kind: 'port',
    default: null,
    meaning:
      'A second port, which serves `GET /metrics` alone, and without a token. Without it, or `off`, metrics are for the admin credential on the main port only.',
  },
  metricsHost: {
    variable: 'ROWHOUSE_METRICS_HOST',
    kind: 'text',
    default: '127.0.0.1',
    meaning: 'The address that the second port listens on. Whoever reaches it reads the metrics.',
  },
  bodyMaxBytes: {
    variable: 'ROWHOUSE_BODY_MAX_BYTES',
    kind: 'integer',
    minimum: 1_024,
    maximum: 1_073_741_824,
    default: 10_485_760,
    meaning: 'The largest JSON body taken, in bytes. A route that asks for no token takes 16,384 at most.',
  },
  bodiesMaxBytes: {
    variable: 'ROWHOUSE_BODIES_MAX_BYTES',
    kind: 'integer',
    minimum: 16_384,
    maximum: 1_099_511_627_776,
    default: 268_435_456,
    meaning:
      'How much memory the JSON bodies may take that are arriving or wait to be parsed, all together, in bytes. A body for which there is no more is answered `unavailable`.',
  },
  addressBodiesMaxBytes: {
    variable: 'ROWHOUSE_ADDRESS_BODIES_MAX_BYTES',
    kind: 'integer',
    minimum: 16_384,
    maximum: 1_099_511_627_776,
    default: 134_217_728,
    meaning:
      'The same for the bodies from one remote address (of IPv6, one network of 64 bits). Behind a proxy every body comes from the proxy’s address: set it to that of `ROWHOUSE_BODIES_MAX_BYTES` there.',
  },
  importMaxBytes: {
    variable: 'ROWHOUSE_IMPORT_MAX_BYTES',
    kind: 'integer',
    minimum: 512,
    maximum: Number.MAX_SAFE_INTEGER,
    default: 10_737_418_240,
    meaning: 'The largest SQLite file that an import takes, in bytes.',
  },
  maxOpenDatabases: {
    variable: 'ROWHOUSE_MAX_OPEN_DATABASES',
    kind: 'integer',
    minimum: 1,
    maximum: 100_000,
    default: 256,
    meaning: 'How many project databases each database thread keeps open; the least recently used is closed.',
  },
  tokenKeptDays: {
    variable: 'ROWHOUSE_TOKEN_KEPT_DAYS',
    kind: 'integer',
    minimum: 0,
    maximum: 36_500,
    default: 30,
    meaning: 'For how many days a token that is expired or revoked stays in the list of tokens.',
  },
  queryTimeoutMs: {
    variable: 'ROWHOUSE_QUERY_TIMEOUT_MS',
    kind: 'integer',
    minimum: 1,
    maximum: 3_600_000,
    default: 5_000,
    meaning:
      'How long a query, or the reading of a view, may run before it is stopped, in milliseconds. Up to this long, too, the deletion or replacement of a project waits for one.',
  },
  exportTimeoutSeconds: {
    variable: 'ROWHOUSE_EXPORT_TIMEOUT_SECONDS',
    kind: 'integer',
    minimum: 1,
    maximum: 604_800,
    default: 3_600,
    meaning: 'How long the making of an export may run before it is stopped, in seconds.',
  },
  exportMaxBytes: {
    variable: 'ROWHOUSE_EXPORT_MAX_BYTES',
    kind: 'integer',
    minimum: 1_024,
    maximum: Number.MAX_SAFE_INTEGER,
    default: 21_474_836_480,
    meaning: 'The largest file that an export may be, in bytes.',
  },
  exportRetentionSeconds: {
    variable: 'ROWHOUSE_EXPORT_RETENTION',
    kind: 'integer',
    minimum: 0,
    maximum: 3_155_760_000,
    default: 0,
    meaning:
      'For how long the file of an export is kept, in seconds, where its `expires_in` does not say less; 0 keeps it until it is deleted.',
  },
  operationIdleSeconds: {
    variable: 'ROWHOUSE_OPERATION_IDLE_SECONDS',
    kind: 'integer',
    minimum: 1,
    maximum: 31_536_000,
    default: 420,
    meaning:
      'For how long a run of an operation (`X-Operation-Run-Id`) may be without a call before the next one begins a new run, in seconds.',
  },
  requestLogDays: {
    variable: 'ROWHOUSE_REQUEST_LOG_DAYS',
    kind: 'integer',
    minimum: 1,
    maximum: 36_500,
    default: 30,
    meaning: 'For how many days the log of requests keeps a call.',
  },
  requestLogMaxRows: {
    variable: 'ROWHOUSE_REQUEST_LOG_MAX_ROWS',
    kind: 'integer',
    minimum: 1_000,
    maximum: 1_000_000_000,
    default: 10_000_000,
    meaning: 'How many calls the log of requests keeps at most; the oldest are removed.',
  },
  publicUrl: {
    variable: 'ROWHOUSE_PUBLIC_URL',
    kind: 'url',
    default: null,
    meaning:
      'The address under which clients reach the service, behind a proxy say: what links to exports begin with. Without it they begin with the `Host` of the request that asks for one.',
  },
  url: {
    variable: 'ROWHOUSE_URL',
    kind: 'url',
    default: null,
    meaning:
      'The running server that `rowhouse import` and `rowhouse export` talk to. Without it they work on the data folder itself.',
  },
  token: {
    variable: 'ROWHOUSE_TOKEN',
    kind: 'secret',
    minimumLength: 24,
    default: null,
    meaning: 'The token with which `rowhouse import` and `rowhouse export` talk to a running server.',
  },
} as const satisfies Record<string, Setting>;

export type Setting = { readonly variable: string; readonly meaning: string } & (
  | { readonly kind: 'text' | 'path'; readonly default: string }
  | { readonly kind: 'url'; readonly default: null }
  | { readonly kind: 'secret'; readonly minimumLength: number; readonly default: null }
  | { readonly kind: 'integer'; readonly minimum: number; readonly maximum: number; readonly default: number }
  | { readonly kind: 'port'; readonly default: null }
  | { readonly kind: 'rate'; readonly default: null }
  | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default: string }
);

type Value<S extends Setting> = S extends { readonly kind: 'integer' }
  ? number
  : S extends { readonly kind: 'choice'; readonly choices: readonly (infer C)[] }
    ? C
    : S extends { readonly kind: 'secret' | 'url' }
      ? string | null
      : S extends { readonly kind: 'port' }
        ? number | null
        : S extends { readonly kind: 'rate' }
          ? Rate | null
          : string;

/** So many `requests` at once, and then so many in every such time. */
export interface Rate {
  readonly requests: number;
  readonly seconds: number;
}

export type Config = { readonly [K in keyof typeof settings]: Value<(typeof settings)[K]> };

/** A setting that cannot be used; the message is one line that names the variable and what it takes, never a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads every setting from `environment`. An empty variable counts as not set; relative paths are from the working folder.
 * @throws ConfigError at the first variable whose value cannot be used.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const values = Object.entries<Setting>(settings).map(([name, setting]) => {
    const text = environment[setting.variable];
    const isSet = text !== undefined && text !== '';
    if (setting.kind === 'path') return [name, resolve(isSet ? text : setting.default)];
    return [name, isSet ? parseSetting(setting, text) : setting.default];
  });
  return Object.fromEntries(values) as Config;
}

/** Variables that look like ours but are no setting: a mistyped name would otherwise leave a default in force without a word. */
export function unknownVariables(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const known = new Set<string>(Object.values(settings).map((setting) => setting.variable));
  return Object.keys(environment).filter((name) => name.startsWith('ROWHOUSE_') && !known.has(name));
}

function parseSetting(setting: Setting, text: string): string | number | Rate | null {
  switch (setting.kind) {
    case 'text':
    case 'path':
      return text;
    case 'url':
      if (!/^https?:$/.test(URL.parse(text)?.protocol ?? '')) {
        throw new ConfigError(
          `${setting.variable} must be an http:// or https:// address, not ${JSON.stringify(text)}`,
        );
      }
      return text;
    case 'secret':
      if (text.length < setting.minimumLength || !/^[\x21-\x7e]+$/.test(text)) {
        throw new ConfigError(
          `${setting.variable} must be visible ASCII characters without spaces, at least ${setting.minimumLength} of them`,
        );
      }
      return text;
    case 'integer':
      return parseInteger(text, setting, setting.variable);
    case 'port':
      return text === OFF ? null : parseInteger(text, { minimum: 0, maximum: 65_535 }, setting.variable);
    case 'rate':
      return text === OFF ? null : parseRate(text, setting.variable);
    case 'choice':
      if (!setting.choices.includes(text)) {
        throw new ConfigError(
          `${setting.variable} must be one of ${setting.choices.join(', ')}, not ${JSON.stringify(text)}`,
        );
      }
      return text;
  }
}

const OFF = 'off';

function parseInteger(
  text: string,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
  variable: string,
): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= minimum && value <= maximum)) {
    throw new ConfigError(
      `${variable} must be a whole number from ${minimum} to ${maximum}, not ${JSON.stringify(text)}`,
    );
  }
  return value;
}

const MAX_RATE: Rate = { requests: 1_000_000, seconds: 86_400 };

function parseRate(text: string, variable: string): Rate {
  const [requests = 0, seconds = 0] = /^\d+\/\d+$/.test(text) ? text.split('/').map(Number) : [];
  const isRate =
    requests >= 1 && requests <= MAX_RATE.requests && seconds >= 1 && seconds <= MAX_RATE.seconds;
  if (!isRate) {
    throw new ConfigError(
      `${variable} must be requests/seconds, as 600/60, with at most ${MAX_RATE.requests} requests and ${MAX_RATE.seconds} seconds, or ${OFF}, not ${JSON.stringify(text)}`,
    );
  }
  return { requests, seconds };
}
