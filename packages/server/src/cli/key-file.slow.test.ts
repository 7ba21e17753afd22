import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../testing/databases/database-file.ts';
import type { Answer } from '../testing/http/test-server.ts';
import { temporaryFolder } from '../testing/system/temporary-folder.ts';
import { runCommand, startCommandServer } from '../testing/tools/command.ts';

const OPTIONS = { timeout: 120_000 };
const ADMIN = 'an-admin-token-given-by-hand';

test(
  'a key file of another form stops every command with one line, and names the file',
  OPTIONS,
  async () => {
    using folder = temporaryFolder();
    const environment = { ROWHOUSE_DATA_DIR: join(folder.path, 'data'), ROWHOUSE_PORT: '0' };
    const file = join(folder.path, 'music.sqlite');
    writeFileSync(file, databaseFile('CREATE TABLE song (title);'));
    const imported = await runCommand(['import', file, '--project', 'music', '--create'], environment);
    assert.equal(imported.exitCode, 0, imported.stderr);
    const keyFile = join(environment.ROWHOUSE_DATA_DIR, 'service.key');
    writeFileSync(keyFile, 'changeme\n');
    for (const words of [['start'], ['export', 'schema', '--project', 'music']]) {
      const { exitCode, stdout, stderr } = await runCommand(words, environment);
      assert.deepEqual([exitCode, stdout], [1, '']);
      assert.match(stderr, /^rowhouse: the key file .*service\.key must hold 32 bytes as base64: .*\n$/);
    }
    assert.equal(readFileSync(keyFile, 'utf8'), 'changeme\n');
  },
);

test('a start without the key file of existing links warns, and one with it does not', OPTIONS, async () => {
  using folder = temporaryFolder();
  const environment = {
    ROWHOUSE_DATA_DIR: join(folder.path, 'data'),
    ROWHOUSE_ADMIN_TOKEN: ADMIN,
    ROWHOUSE_KEY_FILE: join(folder.path, 'apart.key'),
    ROWHOUSE_LOG_LEVEL: 'warn',
  };
  const project = '/projects/example_project';
  {
    await using server = await startCommandServer(environment);
    const headers = { authorization: `Bearer ${ADMIN}` };
    const post = async (path: string) => {
      const response = await fetch(server.url + path, { method: 'POST', headers });
      return ((await response.json()) as Answer['body']).data;
    };
    const { export: made } = await post(`${project}/export/schema`);
    await post(`${project}/exports/${made.id}/link`);
    await server.stop('SIGTERM');
  }
  const warningsAtStart = async () => {
    await using server = await startCommandServer(environment);
    await server.stop('SIGTERM');
    const lines = server.stderr().split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line)).filter(({ keyFile }) => keyFile !== undefined);
  };
  assert.deepEqual(await warningsAtStart(), []);
  rmSync(environment.ROWHOUSE_KEY_FILE);
  const [warning, ...others] = await warningsAtStart();
  assert.deepEqual([warning.keyFile, warning.projects, others], [environment.ROWHOUSE_KEY_FILE, 1, []]);
  assert.match(warning.msg, /links to exports are invalid/);
  assert.equal(readFileSync(environment.ROWHOUSE_KEY_FILE, 'utf8').length, 45);
});
