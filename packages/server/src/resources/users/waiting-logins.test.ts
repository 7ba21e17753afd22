import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refOf } from '../../catalog/project-by-slug.ts';
import { composeService } from '../../compose.ts';
import { readConfig } from '../../core/config.ts';
import { RowhouseError } from '../../core/errors.ts';
import { THE_SERVICE } from '../../core/requester.ts';
import { createServiceLog } from '../../http/observability/service-log.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';

const issuer = { kind: 'admin' } as const;
const by = THE_SERVICE;
const ada = { username: 'ada', password: 'correct horse battery' };
const { signal } = new AbortController();

async function startService() {
  const folder = temporaryFolder();
  const config = { ...readConfig({}), dataDir: folder.path };
  const options = { passwordCost: { ln: 10, r: 8, p: 1 } };
  const service = await composeService(config, createServiceLog('fatal', process.stderr), options);
  return {
    ...service,
    bootstrapOf: (slug: string, accountUserId?: number) => {
      const tokens = accountUserId === undefined ? [] : [{ accountUserId, name: null, username: null }];
      const project = { slug, name: slug, user: ada, content: {}, accountId: undefined };
      return service.bootstrap.run({ issuer, by, ...project, tokens }, null);
    },
    [Symbol.asyncDispose]: async () => {
      await service.close();
      folder[Symbol.dispose]();
    },
  };
}

test('a log-in whose password is replaced after the check gets no token', async () => {
  await using service = await startService();
  const { result } = await service.bootstrapOf('shop');
  const logIn = { ...ada, projectSlug: 'shop', address: '198.51.100.1', signal };
  const user = await service.users.authenticate(logIn);
  const managing = { project: refOf(result.project), issuer, by };
  const change = { isDisabled: undefined, scopes: undefined, tables: undefined };
  await service.projectUsers.change(
    user.id,
    { ...change, password: 'another long password' },
    managing,
    null,
  );
  const request = { name: 'login', expiresAt: null, revokePrevious: false, by };
  await assert.rejects(
    service.tokens.createForUser({ ...request, user }),
    (error) => error instanceof RowhouseError && error.code === 'invalid_credentials',
  );
});

test('a bootstrap for a user who is removed during the hash of the password names the field, and leaves nothing', async () => {
  await using service = await startService();
  const { accountUsers, users, projects } = service;
  const { id } = (await accountUsers.create({ accountId: 1, username: 'mei' }, by, null)).result;
  const prepare = users.prepare.bind(users);
  users.prepare = async (user) => {
    const prepared = await prepare(user);
    await accountUsers.remove(1, id, by, null);
    return prepared;
  };
  await assert.rejects(service.bootstrapOf('shop', id), (error) => {
    assert.ok(error instanceof RowhouseError && error.code === 'validation_failed', String(error));
    assert.equal(error.details?.[0]?.field, 'body.project_api_tokens[0].account_user_id');
    return true;
  });
  await projects.requireFree('shop');
});
