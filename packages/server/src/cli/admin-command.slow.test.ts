import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../testing/databases/database-file.ts';
import { temporaryFolder } from '../testing/system/temporary-folder.ts';
import { type CommandResult, runCommand, startCommandServer } from '../testing/tools/command.ts';

const OPTIONS = { timeout: 120_000 };
const CONFIGURED = 'an-admin-token-given-by-hand';
const ROTATE = ['admin', 'rotate'];

/** Returns the token that the command printed. */
function rotated({ exitCode, stdout, stderr }: CommandResult): string {
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /^note: .* ROWHOUSE_ADMIN_TOKEN, remove the variable.*\n$/);
  return /^admin token, shown only once: (adm_\w+)\n$/.exec(stdout)?.[1] ?? assert.fail(stdout);
}

async function isAdmin(url: string, token: string): Promise<boolean> {
  const response = await fetch(`${url}/projects`, { headers: { authorization: `Bearer ${token}` } });
  await response.body?.cancel();
  return response.status === 200;
}

test(
  'rowhouse admin rotate replaces the token of a running server, also against ROWHOUSE_ADMIN_TOKEN',
  OPTIONS,
  async () => {
    using folder = temporaryFolder();
    const environment = { ROWHOUSE_DATA_DIR: folder.path, ROWHOUSE_ADMIN_TOKEN: CONFIGURED };
    let second: string;
    let third: string;
    {
      await using server = await startCommandServer(environment);
      const { url } = server;
      second = rotated(await runCommand([...ROTATE, '--url', url, '--token', CONFIGURED]));
      third = rotated(await runCommand(ROTATE, { ROWHOUSE_URL: url, ROWHOUSE_TOKEN: second }));
      const late = await runCommand([...ROTATE, '--url', url, '--token', second]);
      assert.deepEqual([late.exitCode, late.stdout], [1, '']);
      assert.match(late.stderr, /^rowhouse: The token is not valid/);
      for (const token of [CONFIGURED, second]) assert.equal(await isAdmin(url, token), false);
      assert.equal(await isAdmin(url, third), true);
      const inUse = await runCommand(ROTATE, { ROWHOUSE_DATA_DIR: folder.path });
      assert.equal(inUse.exitCode, 1);
      assert.match(inUse.stderr, /pass its address with --url, or stop it first\n$/);
      await server.stop('SIGTERM');
    }
    await using server = await startCommandServer(environment);
    assert.equal(await isAdmin(server.url, CONFIGURED), false);
    assert.equal(await isAdmin(server.url, third), true);
    const lines = server.stderr().split('\n').filter(Boolean);
    const [line, ...others] = lines.map((text) => JSON.parse(text));
    assert.match(line.msg, /^ROWHOUSE_ADMIN_TOKEN holds an admin token that was replaced, and is ignored/);
    assert.deepEqual([line.level, others], ['error', []]);
    assert.doesNotMatch(server.stdout() + server.stderr(), /adm_|an-admin-token/);
  },
);

test(
  'rowhouse admin rotate replaces the token of a data folder, and the configured one with it',
  OPTIONS,
  async () => {
    using folder = temporaryFolder();
    const environment = { ROWHOUSE_DATA_DIR: join(folder.path, 'data'), ROWHOUSE_SAMPLE_PROJECT: 'off' };
    const configured = { ...environment, ROWHOUSE_ADMIN_TOKEN: CONFIGURED };
    let first: string;
    {
      await using server = await startCommandServer(environment);
      first = /admin token\s+(adm_\w+)/.exec(server.stdout())?.[1] ?? assert.fail(server.stdout());
      await server.stop('SIGTERM');
    }
    const second = rotated(await runCommand(ROTATE, configured));
    await using server = await startCommandServer(configured);
    for (const token of [first, CONFIGURED]) assert.equal(await isAdmin(server.url, token), false);
    assert.equal(await isAdmin(server.url, second), true);
  },
);

test(
  'rowhouse admin rotate creates the first token of a data folder that only imports have used',
  OPTIONS,
  async () => {
    using folder = temporaryFolder();
    const environment = { ROWHOUSE_DATA_DIR: join(folder.path, 'data') };
    const absent = await runCommand(ROTATE, environment);
    assert.deepEqual([absent.exitCode, existsSync(environment.ROWHOUSE_DATA_DIR)], [1, false]);
    assert.match(absent.stderr, /^rowhouse: there is no Rowhouse data in /);

    const file = join(folder.path, 'music.sqlite');
    writeFileSync(file, databaseFile('CREATE TABLE song (title);'));
    const imported = await runCommand(['import', file, '--project', 'music', '--create'], environment);
    assert.equal(imported.exitCode, 0, imported.stderr);
    const token = rotated(await runCommand(ROTATE, environment));
    await using server = await startCommandServer(environment);
    assert.doesNotMatch(server.stdout(), /admin token/);
    assert.equal(await isAdmin(server.url, token), true);
  },
);

test('rowhouse admin without a known action is a usage error', OPTIONS, async () => {
  for (const words of [
    ['admin'],
    ['admin', 'create'],
    ['admin', 'rotate', 'now'],
    ['admin', 'rotate', '--project', 'x'],
  ]) {
    const { exitCode, stdout } = await runCommand(words);
    assert.deepEqual([exitCode, stdout], [2, ''], words.join(' '));
  }
});
