import assert from 'node:assert/strict';

import { databaseFile } from '../databases/database-file.ts';
import { signIn } from '../http/browser.ts';
import { importDatabase } from '../http/import-and-export.ts';
import { ADMIN_TOKEN, type Answer, type TestServer } from '../http/test-server.ts';

/** Of every person and user. */
export const PASSWORD = 'correct horse battery';

/**
 * The start of each name says who may know it: `zz_shop` and its table `zz_hidden` belong to a project, `zz_acme` to its account,
 * `zz_sibling` to another project of this account, and the rest to other accounts. `zz_gone` is an account that is disabled later.
 */
export const NAME_STARTS = [
  'zz_shop',
  'zz_hidden',
  'zz_acme',
  'zz_sibling',
  'zz_rival',
  'zz_gone',
  'zz_owner',
] as const;
export type NameStart = (typeof NAME_STARTS)[number];

const DATABASE = `
  CREATE TABLE zz_shop_items (id INTEGER PRIMARY KEY, name TEXT);
  INSERT INTO zz_shop_items VALUES (1, 'first'), (2, 'second');
  CREATE TABLE zz_shop_scratch (id INTEGER PRIMARY KEY, name TEXT, amount INTEGER);
  CREATE TABLE zz_hidden_salaries (id INTEGER PRIMARY KEY, zz_hidden_amount TEXT);
  INSERT INTO zz_hidden_salaries VALUES (1, 'zz_hidden_value');`;

/** A server with accounts, and the admin credential to prepare requests with. */
export interface TwoAccounts {
  readonly server: TestServer;
  readonly accounts: Readonly<Record<'acme' | 'rival' | 'gone', number>>;
  /** A person of the account `acme`. */
  readonly person: number;
  /** The first token of each project. */
  readonly tokens: Readonly<Record<'shop' | 'sibling' | 'rival' | 'gone', string>>;
  /** Sends a request of the admin that must succeed. @returns the data of its answer. */
  readonly admin: (method: string, path: string, json?: unknown) => Promise<Answer['body']['data']>;
  /** The admin credential, which one of the requests replaces. */
  readonly adminToken: { value: string };
  /** Of things in the project `zz_rival_project` and its account. */
  readonly rivalIds: Readonly<Record<RivalId, number | string>>;
}

type RivalId =
  | 'account_user_id'
  | 'user_id'
  | 'token_id'
  | 'export_id'
  | 'request_id'
  | 'run_id'
  | 'session_id';

export async function createTwoAccounts(server: TestServer): Promise<TwoAccounts> {
  const adminToken = { value: ADMIN_TOKEN };
  const admin: TwoAccounts['admin'] = async (method, path, json) => {
    const { body } = await server.call(method, path, { token: adminToken.value, json });
    assert.equal(body.error, null, `${method} ${path}: ${JSON.stringify(body.error)}`);
    return body.data;
  };
  const account = async (name: string) => {
    const { id } = (await admin('POST', '/accounts', { account_name: name })).account;
    const person = await admin('POST', `/accounts/${id}/users`, {
      username: `${name}_person`,
      password: PASSWORD,
    });
    return { id: Number(id), person: Number(person.user.id) };
  };
  const project = async (slug: string, account_id: number) => {
    const json = { project_slug: slug, project_name: slug, account_id };
    return String((await admin('POST', '/projects', json)).token.token);
  };
  const acme = await account('zz_acme');
  const rival = await account('zz_rival');
  const gone = await account('zz_gone');
  await admin('PATCH', '/accounts/1/users/1', { password: PASSWORD });
  await project('zz_owner_project', 1);
  const tokens = {
    shop: await project('zz_shop', acme.id),
    sibling: await project('zz_sibling_project', acme.id),
    rival: await project('zz_rival_project', rival.id),
    gone: await project('zz_gone_project', gone.id),
  };
  const imported = await importDatabase(server, 'zz_shop', Uint8Array.from(databaseFile(DATABASE)));
  assert.equal(imported.status, 201, JSON.stringify(imported.body.error));
  // What a caller who is limited to tables must not see.
  await admin('POST', '/projects/zz_shop/export/table/zz_hidden_salaries', {});
  await admin('POST', '/projects/zz_shop/auth/tokens', {
    revoke_previous: false,
    tables: ['zz_hidden_salaries', 'zz_shop_items'],
  });
  return {
    server,
    accounts: { acme: acme.id, rival: rival.id, gone: gone.id },
    person: acme.person,
    tokens,
    admin,
    adminToken,
    rivalIds: await createInRival(server, admin, rival.person),
  };
}

async function createInRival(
  server: TestServer,
  admin: TwoAccounts['admin'],
  person: number,
): Promise<TwoAccounts['rivalIds']> {
  const path = '/projects/zz_rival_project';
  const run_id = 'zz-rival-run';
  const { user } = await admin('POST', `${path}/users`, { username: 'zz_rival_user', password: PASSWORD });
  const { token } = await admin('POST', `${path}/auth/tokens`, { revoke_previous: false });
  const { export: made } = await admin('POST', `${path}/export/schema`, {});
  const { body } = await server.call('GET', path, { headers: { 'x-operation-run-id': run_id } });
  const browser = await signIn(server, { username: 'zz_rival_person', password: PASSWORD });
  return {
    account_user_id: person,
    user_id: user.id,
    token_id: token.token_id,
    export_id: made.id,
    request_id: body.request_id,
    run_id,
    session_id: browser.signedIn.session.id,
  };
}
