import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { ADMIN_TOKEN, type Answer } from '../../testing/http/test-server.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { eventually } from '../../testing/system/waiting.ts';
import { type RunningCommand, startCommandServer } from '../../testing/tools/command.ts';

const TABLES = 10;
const ROWS = 1_000;
const TEXT = 'x'.repeat(350);

/** About four megabytes, so that the bootstrap takes some time. */
const bootstrap = JSON.stringify({
  project_slug: 'crm',
  project_name: 'CRM',
  initial_project_user: { username: 'ada', password: 'correct horse battery' },
  project_api_tokens: [{ account_user_id: 1 }],
  tables: Array.from({ length: TABLES }, (_table, number) => ({
    table_name: `t${number}`,
    columns: [{ name: 'code', is_unique: true }, { name: 'note' }],
    seed: Array.from({ length: ROWS }, (_row, row) => ({ code: `${number}-${row}`, note: TEXT })),
    indexes: [{ columns: ['note', 'code'] }],
  })),
});

function start(dataDir: string): Promise<RunningCommand> {
  return startCommandServer({
    ROWHOUSE_DATA_DIR: dataDir,
    ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN,
    ROWHOUSE_SAMPLE_PROJECT: 'off',
  });
}

async function call({ url }: RunningCommand, method: string, path: string, body?: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  const response = await fetch(url + path, { method, headers, ...(body !== undefined && { body }) });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer['body'],
  };
}

async function assertWhole(server: RunningCommand): Promise<void> {
  const { tables } = (await call(server, 'GET', '/projects/crm/tables?include_count=true')).body.data;
  assert.deepEqual(
    tables.map((table: { row_count: number }) => table.row_count),
    Array.from({ length: TABLES }, () => ROWS),
  );
  const { tokens } = (await call(server, 'GET', '/projects/crm/auth/tokens')).body.data;
  assert.equal(tokens.length, 1);
}

async function assertNothing(server: RunningCommand, dataDir: string): Promise<void> {
  assert.deepEqual(readdirSync(join(dataDir, 'projects')), []);
  assert.deepEqual((await call(server, 'GET', '/projects')).body.data.projects, []);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

const LOG = join('crm', 'database.sqlite-wal');

/** When the server is killed, by the content of the folder of all projects. */
const moments: readonly (readonly [when: string, isSo: (projects: string) => boolean])[] = [
  ['before anything is there', () => true],
  ['when the folder is announced', (projects) => existsSync(join(projects, '.unfinished-crm'))],
  ['when the folder is there', (projects) => existsSync(join(projects, 'crm'))],
  ['when the first rows are written', (projects) => sizeOf(join(projects, LOG)) > 100_000],
  ['when half of the rows are written', (projects) => sizeOf(join(projects, LOG)) > 4_000_000],
  [
    'at the very end',
    (projects) => existsSync(join(projects, 'crm')) && !existsSync(join(projects, '.unfinished-crm')),
  ],
];

test('if the server is killed during a bootstrap, the next start has the complete project or none of it', async (context) => {
  using folder = temporaryFolder();
  await using servers = new AsyncDisposableStack();
  let server = servers.use(await start(folder.path));
  for (const [when, isSo] of moments) {
    let isOver = false;
    const requested = call(server, 'POST', '/bootstrap', bootstrap)
      .catch(() => null)
      .finally(() => (isOver = true));
    // A moment that was missed does not come again.
    await eventually(() => isOver || isSo(join(folder.path, 'projects')));
    await server.stop('SIGKILL');
    const answer = await requested;

    server = servers.use(await start(folder.path));
    const there = (await call(server, 'GET', '/projects/crm')).status === 200;
    context.diagnostic(`${when}: ${answer?.status ?? 'not answered'}, ${there ? 'whole' : 'nothing'}`);
    if (there || answer !== null) {
      await assertWhole(server);
      const confirmed = JSON.stringify({ confirm_project_slug: 'crm' });
      await call(server, 'DELETE', '/projects/crm', confirmed);
    }
    await assertNothing(server, folder.path);
  }
  const again = await call(server, 'POST', '/bootstrap', bootstrap);
  assert.equal(again.status, 201, 'the slug is free');
  await assertWhole(server);
  assert.deepEqual(readdirSync(join(folder.path, 'projects')), ['crm']);
});

test('after the answer to a bootstrap, the project exists however the server ends', async () => {
  using folder = temporaryFolder();
  await using killed = await start(folder.path);
  const { status, body } = await call(killed, 'POST', '/bootstrap', bootstrap);
  await killed.stop('SIGKILL');
  assert.equal(status, 201);
  assert.equal(body.data.initial_project_user.account_user_id, 2);

  await using server = await start(folder.path);
  await assertWhole(server);
  assert.deepEqual(readdirSync(join(folder.path, 'projects')), ['crm']);
});
