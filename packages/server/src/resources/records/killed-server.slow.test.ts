import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { type RunningCommand, startCommandServer } from '../../testing/tools/command.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const ADMIN_TOKEN = 'an-admin-token-given-by-hand';
const WRITERS = 16;
const BULK = 30;
const ENOUGH = 120;

test('if the server is killed while clients write, every acknowledged write is stored, and no bulk write is partial', async () => {
  using folder = temporaryFolder();
  const environment = { ROWHOUSE_DATA_DIR: folder.path, ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN };
  const answered: string[] = [];
  {
    await using server = await startCommandServer(environment);
    const table = {
      table_name: 'entries',
      columns: [{ column_name: 'name', is_unique: true }, { column_name: 'bulk' }],
    };
    assert.equal((await post(server, 'table', table)).status, 201);
    const { promise: killed, resolve: kill } = Promise.withResolvers<Promise<unknown>>();
    const write = async (name: string, body: unknown) => {
      const { status } = await post(server, 'records/entries', body);
      assert.equal(status, 201, name);
      answered.push(name);
      if (answered.length === ENOUGH) kill(server.stop('SIGKILL'));
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => writeUntilGone(writer, write)));
    await killed;
  }
  const path = join(folder.path, 'projects', 'example_project', 'database.sqlite');
  assert.ok(answered.length >= ENOUGH);
  await using server = await startCommandServer(environment);
  const names = await allNames(server);
  assert.deepEqual(
    answered.filter((name) => !names.has(name)),
    [],
  );
  assert.equal(runSqliteShell(path, 'PRAGMA integrity_check;'), 'ok\n');
  const sizes = `SELECT DISTINCT count(*) FROM entries WHERE bulk IS NOT NULL GROUP BY bulk;`;
  assert.equal(runSqliteShell(path, sizes), `${BULK}\n`);
  assert.equal((await post(server, 'records/entries', { name: 'after' })).status, 201);
});

/** Writes single rows and sometimes many at once, until the server is gone. */
async function writeUntilGone(
  writer: number,
  write: (name: string, body: unknown) => Promise<void>,
): Promise<void> {
  for (let count = 0; ; count++) {
    const name = `${writer}-${count}`;
    const rows = Array.from({ length: BULK }, (_, index) => ({
      name: index === 0 ? name : `${name}-${index}`,
      bulk: name,
    }));
    try {
      await write(name, count % 4 === 3 ? { rows, return: 'none' } : { name });
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      return;
    }
  }
}

interface Page {
  readonly rows: readonly { readonly name: string }[];
  readonly next_cursor: string | null;
}

async function allNames(server: RunningCommand): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer = await call(server, 'GET', `records/entries?limit=500&columns=name&after=${cursor}`);
    const { data } = (await answer.json()) as { readonly data: Page };
    for (const { name } of data.rows) names.add(name);
    cursor = data.next_cursor;
  }
  return names;
}

function post(server: RunningCommand, path: string, body: unknown): Promise<Response> {
  return call(server, 'POST', path, JSON.stringify(body));
}

function call(server: RunningCommand, method: string, path: string, body?: string): Promise<Response> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  const url = `${server.url}/projects/example_project/${path}`;
  return fetch(url, { method, headers, ...(body !== undefined && { body }) });
}
