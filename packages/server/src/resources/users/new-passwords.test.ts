import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { writePasswordHash } from '../../passwords/password-hash.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { type Answer, startTestServer, type TestServer } from '../../testing/http/test-server.ts';

const FIELD = 'body.initial_project_user.password';

function bootstrap(server: TestServer, password: string, username = 'ada.lovelace'): Promise<Answer> {
  const user = { username, password };
  const json = { project_slug: 'analytics', project_name: 'Analytics', initial_project_user: user };
  return server.call('POST', '/bootstrap', { json });
}

test('a weak new password is refused with its field and what is wrong, and is not repeated', async () => {
  await using server = await borrowTestServer();
  const cases: readonly (readonly [password: string, message: string])[] = [
    ['hunter2', 'must have 8 to 1,024 characters'],
    ['p'.repeat(1_025), 'must have 8 to 1,024 characters'],
    ['        ', 'must not be blank'],
    ['zzzzzzzzzz', 'must not be one repeated character'],
    ['87654321', 'must not be a plain sequence, such as 12345678, abcdefgh or qwertyui'],
    ['Ada.Lovelace', 'must not be the username, with or without digits after it'],
    ['ada.lovelace1815', 'must not be the username, with or without digits after it'],
    ['analytics7', 'must not be the slug of the project, with or without digits after it'],
    ['Rowhouse', 'must not be the name of this service, with or without digits after it'],
    ['Trustno1', 'must not be a common password'],
    ['PASSWORD123', 'must not be a common password'],
  ];
  for (const [password, message] of cases) {
    const { status, body } = await bootstrap(server, password);
    assert.equal(status, 400, message);
    assert.equal(body.error?.code, 'validation_failed');
    assert.equal(body.error?.message, `${FIELD} ${message}.`);
    assert.deepEqual(body.error?.details, [{ field: FIELD, message }]);
    assert.ok(!JSON.stringify(body).replace(message, '').includes(password), message);
  }
  assert.equal((await bootstrap(server, 'all lower case is fine')).status, 201);
});

test('a user whose password would be refused today can still log in', async () => {
  await using server = await startTestServer();
  assert.equal((await bootstrap(server, 'correct horse battery')).status, 201);
  const cost = { ln: 10, r: 8, p: 1 };
  const salt = Buffer.alloc(16, 1);
  const hash = scryptSync('12345', salt, 32, { N: 2 ** cost.ln, r: cost.r, p: cost.p });
  await server.restart(() => {
    using catalog = new DatabaseSync(join(server.dataDir, 'catalog.sqlite'));
    const stored = writePasswordHash({ cost, salt, hash });
    catalog.prepare('UPDATE project_users SET password_hash = ?').run(stored);
  });

  const logIn = (password: string) => {
    const json = { username: 'ada.lovelace', password };
    return server.call('POST', '/projects/analytics/auth/login', { json, token: null });
  };
  assert.equal((await logIn('12345')).status, 201);
  // A login reveals nothing about what a password must be.
  for (const password of ['', '1234', 'p'.repeat(1_025)]) {
    assert.equal((await logIn(password)).body.error?.code, 'invalid_credentials');
  }
});
