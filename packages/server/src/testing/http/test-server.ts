import { createApp } from '../../app.ts';
import { composeService, type ServiceOptions } from '../../compose.ts';
import { type Config, readConfig } from '../../core/config.ts';
import type { ErrorDetail } from '../../core/errors.ts';
import { createServiceLog } from '../../http/observability/service-log.ts';
import { temporaryFolder } from '../system/temporary-folder.ts';

/** The admin credential of every test server. */
export const ADMIN_TOKEN = 'admin-token-for-tests-only-0123456789';

/** An envelope as received by a test. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly ok: boolean;
    // oxlint-disable-next-line typescript/no-explicit-any -- a test reads the fields that it expects, and fails if one is missing
    readonly data: any;
    readonly error: {
      readonly code: string;
      readonly message: string;
      readonly details?: readonly ErrorDetail[];
    } | null;
    readonly request_id: string;
  };
}

/** The fields that an error names. */
export function fieldsAtFault({ body }: Answer): readonly string[] {
  return (body.error?.details ?? []).map((detail) => detail.field);
}

export interface CallOptions {
  readonly token?: string | null;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: NonNullable<RequestInit['body']>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestServer {
  readonly url: string;
  readonly dataDir: string;
  /** With the admin credential unless another token is given; `null` sends none. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  fetch(method: string, path: string, options?: CallOptions): Promise<Response>;
  /** Creates a project and returns its token. */
  createProject(slug: string): Promise<string>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export interface OwnTestServer extends TestServer {
  /** Stops the server, runs `meanwhile`, and starts another server on the same data folder. */
  restart(meanwhile?: () => void): Promise<void>;
}

/** Time limits that ordinary work never reaches, even on a slow and busy machine. Tests of a limit set a short one. */
const PATIENT = {
  queryTimeoutMs: 300_000,
  headersTimeoutSeconds: 300,
  bodyTimeoutSeconds: 300,
  bodyStallSeconds: 300,
};

/** A hash takes a hundredth of the real time. Tests of the time set the real cost. */
const LOW_COST = { ln: 10, r: 8, p: 1 };

/**
 * Starts a real service on a real socket, in a temporary folder. Every answer is validated against its declared schema.
 * For tests of settings, clocks, restarts, and counts since the start. The others borrow a server, which is faster.
 */
export async function startTestServer(
  settings: Partial<Config> = {},
  serviceOptions: ServiceOptions = {},
): Promise<OwnTestServer> {
  const folder = temporaryFolder();
  const defaults = { ...readConfig({}), ...PATIENT, dataDir: folder.path, adminToken: ADMIN_TOKEN };
  const config: Config = { ...defaults, ...settings };
  const options = { logPatienceMs: PATIENT.queryTimeoutMs, passwordCost: LOW_COST, ...serviceOptions };
  let running = await start(config, options);
  const fetchFrom: TestServer['fetch'] = (method, path, callOptions = {}) => {
    return fetch(running.url + path, { method, ...requestInit(callOptions) });
  };
  const call: TestServer['call'] = async (...parts) => {
    const response = await fetchFrom(...parts);
    const { status, headers } = response;
    return { status, headers, body: (await response.json()) as Answer['body'] };
  };
  return {
    get url() {
      return running.url;
    },
    dataDir: config.dataDir,
    fetch: fetchFrom,
    call,
    createProject: async (slug) => {
      const { body } = await call('POST', '/projects', { json: { project_slug: slug, project_name: slug } });
      return String(body.data.token.token);
    },
    restart: async (meanwhile) => {
      await running.stop();
      meanwhile?.();
      running = await start(config, options);
    },
    [Symbol.asyncDispose]: async () => {
      await running.stop();
      folder[Symbol.dispose]();
    },
  };
}

async function start(
  config: Config,
  options: ServiceOptions,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const log = createServiceLog('fatal', process.stderr);
  const service = await composeService(config, log, options);
  await service.adminToken.adopt(config.adminToken);
  const app = createApp(service, { config, log, checkResponses: true });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  await service.markStarted();
  const stop = async () => {
    await app.close();
    await service.close();
  };
  return { url, stop };
}

function requestInit({ token = ADMIN_TOKEN, json, body, headers = {} }: CallOptions): RequestInit {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const type = json === undefined ? {} : { 'content-type': 'application/json' };
  const content = json === undefined ? body : JSON.stringify(json);
  return {
    headers: { ...authorization, ...type, ...headers },
    ...(content !== undefined && { body: content }),
    ...(content instanceof ReadableStream && { duplex: 'half' }),
  };
}
