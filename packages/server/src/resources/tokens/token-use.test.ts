import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { sql } from 'kysely';

import { type Catalog, openCatalog } from '../../catalog/catalog.ts';
import { OWNER_ACCOUNT_ID } from '../../catalog/tables.ts';
import { THE_SERVICE } from '../../core/requester.ts';
import { createToken, hashToken } from '../../http/access/token.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { AdminToken } from './admin-token.ts';
import type { NewToken } from './insert-token.ts';
import { Tokens } from './tokens.ts';

const AT = '2026-01-01T00:00:00Z';

function createFirst(catalog: Catalog, tokens: Tokens): Promise<NewToken> {
  return catalog.transaction().execute(async (transaction) => {
    const project = await transaction
      .insertInto('projects')
      .values({
        project_slug: 'crm',
        project_name: 'CRM',
        account_id: OWNER_ACCOUNT_ID,
        created_at: AT,
        updated_at: AT,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return tokens.createFirst(project, transaction, THE_SERVICE);
  });
}

async function storedUse(catalog: Catalog): Promise<readonly (string | null)[]> {
  const rows = await catalog.selectFrom('tokens').select('last_used_at').execute();
  return rows.map((row) => row.last_used_at);
}

test('the last use of a token is kept in memory while it cannot be written, and is written later', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-02-01T00:00:00Z') });
  using folder = temporaryFolder();
  const catalog = await openCatalog(join(folder.path, 'catalog.sqlite'), () => undefined);
  const tokens = new Tokens(catalog, new AdminToken(catalog));
  const { row, secret } = await createFirst(catalog, tokens);
  await tokens.authenticate({ sha256: hashToken(secret), isOfProject: true });

  const refusal = "BEGIN SELECT RAISE(ABORT, 'no'); END";
  await sql.raw(`CREATE TRIGGER no_use BEFORE UPDATE OF last_used_at ON tokens ${refusal}`).execute(catalog);
  const [writing, meanwhile] = [tokens.recordUse(), tokens.get(row.id)];
  await assert.rejects(writing);
  assert.equal((await meanwhile).last_used_at, '2026-02-01T00:00:00Z');
  assert.equal((await tokens.get(row.id)).last_used_at, '2026-02-01T00:00:00Z');
  assert.deepEqual(await storedUse(catalog), [null]);

  await sql`DROP TRIGGER no_use`.execute(catalog);
  await tokens.recordUse();
  assert.deepEqual(await storedUse(catalog), ['2026-02-01T00:00:00Z']);
  await catalog.destroy();
});

test('text that does not have the form of a project token is refused without a catalog lookup', async () => {
  using folder = temporaryFolder();
  const catalog = await openCatalog(join(folder.path, 'catalog.sqlite'), () => undefined);
  const tokens = new Tokens(catalog, new AdminToken(catalog));
  await catalog.destroy();

  assert.equal(await tokens.authenticate({ sha256: hashToken('a guess'), isOfProject: false }), null);
  await assert.rejects(tokens.authenticate({ sha256: hashToken(createToken('pat')), isOfProject: true }));
});

test('of very many unknown tokens, a limited number is looked up, and the others are told to retry', async () => {
  using folder = temporaryFolder();
  const catalog = await openCatalog(join(folder.path, 'catalog.sqlite'), () => undefined);
  const tokens = new Tokens(catalog, new AdminToken(catalog));
  const tries = Array.from({ length: 1_200 }, async () => {
    return tokens.authenticate({ sha256: hashToken(createToken('pat')), isOfProject: true });
  });
  const outcomes = await Promise.allSettled(tries);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.equal(refused.length, 200);
  assert.ok(refused.every(({ reason }) => reason.code === 'unavailable'));
  assert.equal(await tokens.authenticate({ sha256: hashToken(createToken('pat')), isOfProject: true }), null);
  await catalog.destroy();
});
