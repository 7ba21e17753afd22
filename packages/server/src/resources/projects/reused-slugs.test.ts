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
const page = { limit: 50, offset: 0 };
const rights = { scopes: undefined, tables: undefined };

test('a request that waits while its project is deleted has no part in the next project of the slug', async () => {
  using folder = temporaryFolder();
  const config = { ...readConfig({}), dataDir: folder.path };
  const service = await composeService(config, createServiceLog('fatal', process.stderr), {
    passwordCost: { ln: 10, r: 8, p: 1 },
  });
  try {
    const { projects, projectUsers, tokens, audit, accessTests, accounts } = service;
    const rival = (await accounts.create('Rival', by, null)).result.id;
    const create = async (accountId: number | null) =>
      (await projects.create({ slug: 'shop', name: 'Shop', accountId, by }, null)).result;
    // The project that the waiting requests were admitted to.
    const project = refOf((await create(null)).row);
    await projects.delete(project, 'shop', by, null);
    const { row, token } = await create(rival);
    const next = refOf(row);
    const password = 'correct horse battery';
    const managing = { project, issuer, by };
    const ada = await projectUsers.create(
      { username: 'ada', password, ...rights },
      { ...managing, project: next },
      null,
    );
    const { id } = ada.result;
    const grant = { ...rights, expiresAt: undefined };
    const ofToken = { project, issuer, by, name: 'spy' };
    for (const [what, run] of Object.entries({
      'creates a user': () => projectUsers.create({ username: 'spy', password, ...rights }, managing, null),
      'lists users': () => projectUsers.list(project, page),
      'reads a user': () => projectUsers.get(project, id),
      'sets a password': () =>
        projectUsers.change(
          id,
          { password: 'another long password', isDisabled: undefined, ...rights },
          managing,
          null,
        ),
      'disables a user': () =>
        projectUsers.change(id, { password: undefined, isDisabled: true, ...rights }, managing, null),
      'removes a user': () => projectUsers.remove(id, managing, null),
      'creates a token': () => tokens.create({ ...ofToken, revokePrevious: true, grant }, null),
      'tests access': () => accessTests.run({ ...ofToken, table: undefined, valueFormat: 'plain' }, null),
      'lists tokens': () => tokens.list(project, page),
      'revokes a token': () => tokens.revoke(project, token.row.id, by, null),
      'reads the audit trail': () => audit.listOfProject(project, { limit: 50, before: null, action: null }),
      renames: () => projects.rename(project, 'Taken over', by, null),
      deletes: () => projects.delete(project, 'shop', by, null),
      'reads exports': () => projects.of(project),
    })) {
      await assert.rejects(
        run,
        (error) => error instanceof RowhouseError && error.code === 'not_found',
        what,
      );
    }
    await audit.record(project, { action: 'table.deleted', subject: 'secret plans' }, by, null);

    const trail = await audit.listOfProject(next, { limit: 50, before: null, action: null });
    assert.deepEqual(
      trail.rows.map(({ action }) => action),
      ['project_user.created', 'token.created', 'project.created'],
    );
    assert.deepEqual(
      (await tokens.list(next, page)).rows.map(({ revoked_at }) => revoked_at),
      [null],
    );
    assert.equal((await projects.of(next)).project_name, 'Shop');
  } finally {
    await service.close();
  }
});
