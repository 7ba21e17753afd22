import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import type { Data } from './answer.ts';
import type { CallOptions, TestedService } from './tested-service.ts';

export const PASSWORD = 'correct horse battery';

/** A name that no earlier run of the suite has used. */
export function uniqueName(start: string): string {
  return `${start}_${randomBytes(4).toString('hex')}`;
}

/** A browser with a session, as a page of the service uses it. */
export interface Browser {
  readonly session: Data;
  readonly user: Data;
  /** The cookie as the service set it, with its attributes. */
  readonly setCookie: string;
  readonly cookie: string;
  /** How this browser sends a request of a page of the service. */
  readonly as: CallOptions;
}

/** Signs in with `username` and `password`, or with the `code` of a link. */
export async function signIn(service: TestedService, fields: object): Promise<Browser> {
  const answer = await service.send('POST', '/auth/sessions', fields, { token: null });
  assert.equal(answer.status, 201, JSON.stringify(answer.body.error));
  const setCookie = answer.headers.get('set-cookie') ?? '';
  const [cookie = ''] = setCookie.split(';');
  const as = { token: null, headers: { cookie, 'sec-fetch-site': 'same-origin' } };
  return { ...answer.body.data, setCookie, cookie, as };
}

/** Creates a user of the project of the service, and removes the user at the end of `use`. */
export async function withUser(
  service: TestedService,
  rights: object,
  use: (user: { readonly path: string; readonly username: string }) => Promise<void>,
): Promise<void> {
  const username = uniqueName('user');
  const fields = { username, password: PASSWORD, ...rights };
  const { user } = await service.accept(201, 'POST', `${service.path}/users`, fields);
  const path = `${service.path}/users/${user.id}`;
  try {
    await use({ path, username });
  } finally {
    await service.send('DELETE', path);
  }
}

/** Creates an account with a person, and removes both at the end of `use`. */
export async function withAccount(
  service: TestedService,
  use: (made: { readonly id: number; readonly person: number; readonly username: string }) => Promise<void>,
): Promise<void> {
  const asAdmin = { token: service.admin };
  const username = uniqueName('person');
  const { account } = await service.accept(
    201,
    'POST',
    '/accounts',
    { account_name: 'Conformance' },
    asAdmin,
  );
  const person = { username, password: PASSWORD };
  const { user } = await service.accept(201, 'POST', `/accounts/${account.id}/users`, person, asAdmin);
  try {
    await use({ id: account.id, person: user.id, username });
  } finally {
    await service.send('DELETE', `/accounts/${account.id}`, undefined, asAdmin);
  }
}
