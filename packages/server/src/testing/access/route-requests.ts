import { databaseFile } from '../databases/database-file.ts';
import type { CallOptions } from '../http/test-server.ts';
import type { Caller } from './callers.ts';
import { PASSWORD, type TwoAccounts } from './two-accounts.ts';

/** A request that a caller with every right may send. */
export interface RouteRequest extends Pick<CallOptions, 'json' | 'body' | 'headers'> {
  /** With its query. */
  readonly path: string;
  /** The status of the answer if it is no success, because the request of a test must not do what it asks. */
  readonly status?: number;
  /** Prepares the caller for the next request. */
  readonly afterwards?: () => Promise<unknown>;
}

/** What the requests of one test are about. */
export interface Subjects {
  readonly world: TwoAccounts;
  readonly exportId: string;
  readonly tokenId: number;
  readonly userId: number;
  readonly requestId: string;
  /** A number that no request before had. */
  readonly next: () => number;
}

/** @param caller who sends the request; null for a request that will be refused. */
type Builder = (subjects: Subjects, caller: Caller | null) => RouteRequest | Promise<RouteRequest>;

const SHOP = '/projects/zz_shop';
const ITEMS = 'zz_shop_items';
const SCRATCH = 'zz_shop_scratch';
const ACCOUNT_USERS = ({ world }: Subjects) => `/accounts/${world.accounts.acme}/users`;

export async function prepareSubjects(world: TwoAccounts): Promise<Subjects> {
  let last = 0;
  const { admin, server, adminToken } = world;
  const answer = await server.call('GET', `${SHOP}/auth/me`, {
    token: adminToken.value,
    headers: { 'x-operation-run-id': RUN_ID },
  });
  const user = { username: 'zz_shop_user', password: PASSWORD, scopes: ['tokens'] };
  return {
    world,
    exportId: (await admin('POST', `${SHOP}/export/table/${ITEMS}`, {})).export.id,
    tokenId: (await createToken(world)).token_id,
    userId: (await admin('POST', `${SHOP}/users`, user)).user.id,
    requestId: answer.body.request_id,
    next: () => ++last,
  };
}

const RUN_ID = 'zz-run';

/**
 * Returns the requests of a route of docs/reference/http-api.md, `GET /projects/{project}`.  A request that ends something prepares its
 * own subject, so it can be sent again.
 * @throws Error for a route that is not listed here.
 */
export function requestOf(route: string): Builder {
  const builder = BUILDERS[route];
  if (builder === undefined) throw new Error(`${route}: add its request to route-requests.ts`);
  return builder;
}

const service: Readonly<Record<string, Builder>> = {
  'GET /healthz': () => ({ path: '/healthz' }),
  'GET /readyz': () => ({ path: '/readyz' }),
  'GET /metrics': () => ({ path: '/metrics' }),
  'GET /openapi.json': () => ({ path: '/openapi.json' }),
  'GET /docs': () => ({ path: '/docs' }),
  'GET /docs/{asset}': () => ({ path: '/docs/swagger-ui.css' }),
  'GET /sign-in': () => ({ path: '/sign-in' }),
  'GET /sign-in/{asset}': () => ({ path: '/sign-in/page.css' }),
  'GET /audit': () => ({ path: '/audit' }),
  'POST /admin/token': () => ({ path: '/admin/token' }),
};

const projects: Readonly<Record<string, Builder>> = {
  'POST /projects': (subjects, caller) => ({ path: '/projects', json: newProject(subjects, caller) }),
  'GET /projects': () => ({ path: '/projects?limit=500' }),
  'GET /projects/{project}': () => ({ path: SHOP }),
  'PATCH /projects/{project}': () => ({ path: SHOP, json: { project_name: 'zz_shop' } }),
  'DELETE /projects/{project}': () => ({
    path: SHOP,
    json: { confirm_project_slug: 'another' },
    status: 400,
  }),
  'POST /bootstrap': (subjects, caller) => ({
    path: '/bootstrap',
    json: {
      ...newProject(subjects, caller),
      initial_project_user: { username: 'first', password: PASSWORD },
    },
  }),
  'GET /projects/{project}/audit': () => ({ path: `${SHOP}/audit?limit=500` }),
  'POST /projects/{project}/import/sqlite': () => ({
    path: `${SHOP}/import/sqlite`,
    body: Uint8Array.from(FILE),
    headers: { 'content-type': 'application/vnd.sqlite3' },
    status: 409,
  }),
};

const FILE = databaseFile('CREATE TABLE other (id INTEGER PRIMARY KEY);');

const tokens: Readonly<Record<string, Builder>> = {
  'POST /projects/{project}/auth/login': () => ({
    path: `${SHOP}/auth/login`,
    json: { username: 'zz_shop_user', password: PASSWORD },
  }),
  'GET /projects/{project}/auth/me': () => ({ path: `${SHOP}/auth/me` }),
  'POST /projects/{project}/auth/tokens': () => ({
    path: `${SHOP}/auth/tokens`,
    json: { revoke_previous: false },
  }),
  'GET /projects/{project}/auth/tokens': () => ({ path: `${SHOP}/auth/tokens?limit=500` }),
  'DELETE /projects/{project}/auth/tokens/{token_id}': async ({ world }) => ({
    path: `${SHOP}/auth/tokens/${(await createToken(world)).token_id}`,
  }),
  'POST /projects/{project}/auth/tokens/test': () => ({
    path: `${SHOP}/auth/tokens/test`,
    json: { table_name: ITEMS },
  }),
};

const users: Readonly<Record<string, Builder>> = {
  'POST /projects/{project}/users': (subjects) => ({ path: `${SHOP}/users`, json: newUser(subjects) }),
  'GET /projects/{project}/users': () => ({ path: `${SHOP}/users?limit=500` }),
  'GET /projects/{project}/users/{user_id}': ({ userId }) => ({ path: `${SHOP}/users/${userId}` }),
  'PATCH /projects/{project}/users/{user_id}': ({ userId }) => ({
    path: `${SHOP}/users/${userId}`,
    json: { scopes: ['tokens'] },
  }),
  'DELETE /projects/{project}/users/{user_id}': async (subjects) => {
    const { user } = await subjects.world.admin('POST', `${SHOP}/users`, newUser(subjects));
    return { path: `${SHOP}/users/${user.id}` };
  },
};

const accounts: Readonly<Record<string, Builder>> = {
  'POST /accounts': () => ({ path: '/accounts', json: { account_name: 'zz_owner' } }),
  'GET /accounts': () => ({ path: '/accounts' }),
  'GET /accounts/{account_id}': ({ world }) => ({ path: `/accounts/${world.accounts.acme}` }),
  'PATCH /accounts/{account_id}': ({ world }) => ({
    path: `/accounts/${world.accounts.acme}`,
    json: { account_name: 'zz_acme' },
  }),
  'DELETE /accounts/{account_id}': async ({ world }) => {
    const { account } = await world.admin('POST', '/accounts', { account_name: 'zz_owner' });
    return { path: `/accounts/${account.id}` };
  },
  'POST /accounts/{account_id}/users': (subjects) => ({
    path: ACCOUNT_USERS(subjects),
    json: { username: `zz_acme_${subjects.next()}` },
  }),
  'GET /accounts/{account_id}/users': (subjects) => ({ path: ACCOUNT_USERS(subjects) }),
  'PATCH /accounts/{account_id}/users/{account_user_id}': (subjects) => ({
    path: `${ACCOUNT_USERS(subjects)}/${subjects.world.person}`,
    json: { username: 'zz_acme_person' },
  }),
  'POST /accounts/{account_id}/users/{account_user_id}/sign-in-link': (subjects) => ({
    path: `${ACCOUNT_USERS(subjects)}/${subjects.world.person}/sign-in-link`,
  }),
  'DELETE /accounts/{account_id}/users/{account_user_id}': async (subjects) => {
    const json = { username: `zz_acme_${subjects.next()}` };
    const { user } = await subjects.world.admin('POST', ACCOUNT_USERS(subjects), json);
    return { path: `${ACCOUNT_USERS(subjects)}/${user.id}` };
  },
};

const sessions: Readonly<Record<string, Builder>> = {
  'POST /auth/sessions': () => ({
    path: '/auth/sessions',
    json: { username: 'zz_shop_user', password: PASSWORD, project_slug: 'zz_shop' },
  }),
  'GET /auth/session': () => ({ path: '/auth/session' }),
  'GET /auth/sessions': () => ({ path: '/auth/sessions' }),
  'POST /auth/password': () => ({
    path: '/auth/password',
    json: { current_password: PASSWORD, password: PASSWORD },
  }),
  'DELETE /auth/sessions/{session_id}': async (_, caller) => ({
    path: `/auth/sessions/${(await caller?.session?.renew()) ?? 1}`,
  }),
  'DELETE /auth/session': (_, caller) => ({
    path: '/auth/session',
    afterwards: async () => caller?.session?.renew(),
  }),
};

const schema: Readonly<Record<string, Builder>> = {
  'POST /projects/{project}/table': ({ next }) => ({
    path: `${SHOP}/table`,
    json: { table_name: `zz_shop_table_${next()}` },
  }),
  'GET /projects/{project}/tables': () => ({ path: `${SHOP}/tables?include_count=true` }),
  'GET /projects/{project}/table': () => ({ path: `${SHOP}/table` }),
  'GET /projects/{project}/table/{table}': () => ({ path: `${SHOP}/table/${ITEMS}` }),
  'PATCH /projects/{project}/table/{table}': () => ({
    path: `${SHOP}/table/${SCRATCH}`,
    json: { display_name: 'zz_shop' },
  }),
  'DELETE /projects/{project}/table/{table}': async ({ world, next }) => {
    const table_name = `zz_shop_table_${next()}`;
    await world.admin('POST', `${SHOP}/table`, { table_name });
    return { path: `${SHOP}/table/${table_name}` };
  },
  'POST /projects/{project}/column/{table}': ({ next }) => ({
    path: `${SHOP}/column/${SCRATCH}`,
    json: { column_name: `column_${next()}` },
  }),
  'GET /projects/{project}/column/{table}': () => ({ path: `${SHOP}/column/${ITEMS}` }),
  'GET /projects/{project}/column/{table}/{column}': () => ({ path: `${SHOP}/column/${ITEMS}/name` }),
  'PATCH /projects/{project}/column/{table}/{column}': () => ({
    path: `${SHOP}/column/${SCRATCH}/name`,
    json: { is_nullable: true },
  }),
  'PATCH /projects/{project}/column/{table}': () => ({
    path: `${SHOP}/column/${SCRATCH}`,
    json: { columns: [{ column_name: 'name', is_nullable: true }] },
  }),
  'DELETE /projects/{project}/column/{table}/{column}': async ({ world, next }) => {
    const column_name = `column_${next()}`;
    await world.admin('POST', `${SHOP}/column/${SCRATCH}`, { column_name });
    return { path: `${SHOP}/column/${SCRATCH}/${column_name}` };
  },
  'POST /projects/{project}/indexes/{table}': ({ next }) => ({
    path: `${SHOP}/indexes/${SCRATCH}`,
    json: { columns: ['amount'], index_name: `index_${next()}` },
  }),
  'GET /projects/{project}/indexes/{table}': () => ({ path: `${SHOP}/indexes/${ITEMS}` }),
  'DELETE /projects/{project}/indexes/{table}/{index_name}': async ({ world, next }) => {
    const index_name = `index_${next()}`;
    await world.admin('POST', `${SHOP}/indexes/${SCRATCH}`, { columns: ['name'], index_name });
    return { path: `${SHOP}/indexes/${SCRATCH}/${index_name}` };
  },
};

const records: Readonly<Record<string, Builder>> = {
  'POST /projects/{project}/records/{table}': () => ({
    path: `${SHOP}/records/${ITEMS}`,
    json: { name: 'more' },
  }),
  'GET /projects/{project}/records/{table}': () => ({ path: `${SHOP}/records/${ITEMS}` }),
  'PATCH /projects/{project}/records/{table}': () => ({
    path: `${SHOP}/records/${ITEMS}`,
    json: { data: { name: 'first' }, where: { id: 1 } },
  }),
  'DELETE /projects/{project}/records/{table}': () => ({
    path: `${SHOP}/records/${ITEMS}`,
    json: { where: { name: 'more' } },
  }),
  'GET /projects/{project}/records/{table}/{id}': () => ({ path: `${SHOP}/records/${ITEMS}/1` }),
  'PATCH /projects/{project}/records/{table}/{id}': () => ({
    path: `${SHOP}/records/${ITEMS}/1`,
    json: { name: 'first' },
  }),
  'DELETE /projects/{project}/records/{table}/{id}': async ({ world }) => {
    const { row } = await world.admin('POST', `${SHOP}/records/${ITEMS}`, { name: 'more' });
    return { path: `${SHOP}/records/${ITEMS}/${row.id}` };
  },
  'POST /projects/{project}/batch': () => ({
    path: `${SHOP}/batch`,
    json: { operations: [{ method: 'POST', path: `/records/${ITEMS}`, body: { name: 'more' } }] },
  }),
  'POST /projects/{project}/query': () => ({
    path: `${SHOP}/query`,
    json: { sql: `SELECT count(*) AS items FROM ${ITEMS}` },
  }),
};

const operations: Readonly<Record<string, Builder>> = {
  'GET /projects/{project}/operations': () => ({ path: `${SHOP}/operations` }),
  'GET /projects/{project}/operations/{run_id}': () => ({ path: `${SHOP}/operations/${RUN_ID}` }),
  'GET /projects/{project}/requests': () => ({ path: `${SHOP}/requests` }),
  'GET /projects/{project}/requests/{request_id}': ({ requestId }) => ({
    path: `${SHOP}/requests/${requestId}`,
  }),
};

const exports: Readonly<Record<string, Builder>> = {
  'POST /projects/{project}/export/schema': () => ({ path: `${SHOP}/export/schema`, json: {} }),
  'POST /projects/{project}/export/table/{table}': () => ({
    path: `${SHOP}/export/table/${ITEMS}`,
    json: {},
  }),
  'POST /projects/{project}/export/database': () => ({ path: `${SHOP}/export/database`, json: {} }),
  'GET /projects/{project}/exports': () => ({ path: `${SHOP}/exports?limit=500` }),
  'GET /projects/{project}/exports/{export_id}': ({ exportId }) => ({
    path: `${SHOP}/exports/${exportId}`,
  }),
  'GET /projects/{project}/export/download/{export_id}': ({ exportId }) => ({
    path: `${SHOP}/export/download/${exportId}`,
  }),
  'POST /projects/{project}/exports/{export_id}/link': ({ exportId }) => ({
    path: `${SHOP}/exports/${exportId}/link`,
    json: {},
  }),
  'GET /shared/exports/{export_id}': async ({ world, exportId }) => {
    const { link } = await world.admin('POST', `${SHOP}/exports/${exportId}/link`, {});
    const { pathname, search } = new URL(link.url);
    return { path: pathname + search };
  },
  'DELETE /projects/{project}/export/links': () => ({ path: `${SHOP}/export/links` }),
  'DELETE /projects/{project}/exports/{export_id}': async ({ world }) => {
    const { export: made } = await world.admin('POST', `${SHOP}/export/table/${ITEMS}`, {});
    return { path: `${SHOP}/exports/${made.id}` };
  },
};

const BUILDERS: Readonly<Record<string, Builder | undefined>> = {
  ...service,
  ...projects,
  ...tokens,
  ...users,
  ...accounts,
  ...sessions,
  ...schema,
  ...records,
  ...operations,
  ...exports,
};

function newProject({ next }: Subjects, caller: Caller | null): object {
  const project_slug = `${caller?.makes ?? 'zz_shop'}_${next()}`;
  return { project_slug, project_name: project_slug };
}

function newUser({ next }: Subjects): object {
  return { username: `zz_shop_user_${next()}`, password: PASSWORD, scopes: ['tokens'] };
}

async function createToken({ admin }: TwoAccounts): Promise<{ readonly token_id: number }> {
  return (await admin('POST', `${SHOP}/auth/tokens`, { revoke_previous: false })).token;
}
