import { randomBytes } from 'node:crypto';

import {
  type Answer,
  assertAccepted,
  assertRefused,
  type Data,
  type ErrorBody,
  type ErrorCode,
  readAnswer,
} from './answer.ts';

export interface CallOptions {
  /** Instead of the project's token; `null` sends none. */
  readonly token?: string | null;
  /** Sent unchanged instead of JSON. */
  readonly body?: NonNullable<RequestInit['body']>;
  readonly headers?: Readonly<Record<string, string>>;
}

interface RefuseOptions extends CallOptions {
  /** Exactly the fields that `error.details` names. */
  readonly fields?: readonly string[];
}

type Call = [method: string, path: string, json?: unknown, options?: CallOptions];

/** Every call except `fetch` checks the envelope of its answer. */
interface Calls {
  readonly fetch: (...call: Call) => Promise<Response>;
  readonly send: (...call: Call) => Promise<Answer>;
  /** Asserts a success with this status. @returns the data. */
  readonly accept: (status: number, ...call: Call) => Promise<Data>;
  /** Asserts this error. */
  readonly refuse: (
    code: ErrorCode,
    method: string,
    path: string,
    json?: unknown,
    options?: RefuseOptions,
  ) => Promise<ErrorBody>;
}

interface ProjectAccess {
  readonly slug: string;
  readonly token: string;
}

/** The tested service, with a project for one file of tests. */
export interface TestedService extends Calls, ProjectAccess {
  readonly url: string;
  /** `/projects/<slug>` */
  readonly path: string;
  /** The admin credential; null if the suite has only a project token. */
  readonly admin: string | null;
  /** A table name that is unique in the project; the table is dropped at the end. */
  readonly tableName: (name: string) => string;
  /** A slug that is unique; the project is deleted at the end. */
  readonly newSlug: () => string;
  readonly createProject: () => Promise<ProjectAccess>;
  readonly close: () => Promise<void>;
}

/**
 * Opens the service to test. Without settings, this is a server that the real command starts in a temporary folder. With
 * `ROWHOUSE_TEST_URL`, it is the service at that URL. `ROWHOUSE_TEST_TOKEN` is its admin credential or, with `ROWHOUSE_TEST_PROJECT`, a
 * token of that project.
 *
 * A file awaits the service, and everything else that its tests share, before its first test, because the runner does not wait for tests
 * that are registered later.
 */
export async function openService(): Promise<TestedService> {
  const reached = await reachService();
  const suffix = randomBytes(4).toString('hex');
  const slugs: string[] = [];
  const tables: string[] = [];
  const adminCalls = callsTo(reached.url, reached.admin);
  const newSlug = () => {
    const slug = `conformance_${suffix}_${slugs.length}`;
    slugs.push(slug);
    return slug;
  };
  const createProject = async () => {
    const project = { project_slug: newSlug(), project_name: 'Conformance' };
    const data = await adminCalls.accept(201, 'POST', '/projects', project);
    return { slug: project.project_slug, token: String(data.token.token) };
  };
  const { slug, token } = reached.project ?? (await createProject());
  const path = `/projects/${slug}`;
  const calls = callsTo(reached.url, token);
  return {
    ...calls,
    url: reached.url,
    slug,
    token,
    path,
    admin: reached.admin,
    tableName: (name) => {
      tables.push(`${name}_${suffix}`);
      return `${name}_${suffix}`;
    },
    newSlug,
    createProject,
    close: async () => {
      for (const made of slugs) {
        await adminCalls.send('DELETE', `/projects/${made}`, { confirm_project_slug: made });
      }
      if (reached.admin === null) await removeTables(calls, path, tables);
      reached.close();
    },
  };
}

interface ReachedService {
  readonly url: string;
  readonly admin: string | null;
  /** Null if the suite creates its own. */
  readonly project: ProjectAccess | null;
  readonly close: () => void;
}

async function reachService(): Promise<ReachedService> {
  const { ROWHOUSE_TEST_URL: url, ROWHOUSE_TEST_TOKEN: token, ROWHOUSE_TEST_PROJECT: slug } = process.env;
  if (url === undefined) return borrowService();
  if (token === undefined) throw new Error('ROWHOUSE_TEST_URL needs ROWHOUSE_TEST_TOKEN.');
  const project = slug === undefined ? null : { slug, token };
  return {
    url: url.replace(/\/$/, ''),
    admin: project === null ? token : null,
    project,
    close: () => undefined,
  };
}

async function borrowService(): Promise<ReachedService> {
  // Imported only here, so that the test of another service loads no code of this one.
  const { commandServers } = await import('../packages/server/src/testing/tools/command-servers.ts');
  const server = await commandServers.take();
  return {
    url: server.url,
    admin: server.admin,
    project: null,
    close: () => commandServers.giveBack(server),
  };
}

function callsTo(url: string, defaultToken: string | null): Calls {
  const fetchFrom: Calls['fetch'] = (method, path, json, options = {}) => {
    const { token = defaultToken, body, headers = {} } = options;
    const content = json === undefined ? body : JSON.stringify(json);
    return fetch(url + path, {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(content !== undefined && { body: content }),
    });
  };
  const send: Calls['send'] = async (...call) => readAnswer(await fetchFrom(...call));
  return {
    fetch: fetchFrom,
    send,
    accept: async (status, ...call) => assertAccepted(await send(...call), status, call),
    refuse: async (code, method, path, json, options) =>
      assertRefused(await send(method, path, json, options), { code, fields: options?.fields }, [
        method,
        path,
        json,
      ]),
  };
}

/** Uses the documented routes to delete the rows at least, and the tables if they can be dropped. */
async function removeTables(calls: Calls, path: string, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const dropped = await calls.fetch('DELETE', `${path}/table/${table}`, { cascade: true });
    await dropped.body?.cancel();
    if (dropped.ok || dropped.status === 404) continue;
    const emptied = await calls.fetch('DELETE', `${path}/records/${table}`, { where: {}, allow_all: true });
    await emptied.body?.cancel();
  }
}
