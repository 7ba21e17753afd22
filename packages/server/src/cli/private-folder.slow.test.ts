import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../testing/databases/database-file.ts';
import { folderModes, modeOf } from '../testing/system/folder-content.ts';
import { assertPrivate, withUmask } from '../testing/system/private-files.ts';
import { temporaryFolder } from '../testing/system/temporary-folder.ts';
import { runCommand, type RunningCommand, startCommandServer } from '../testing/tools/command.ts';

const OPTIONS = { timeout: 120_000, skip: process.platform === 'win32' };
const ADMIN = 'an-admin-token-given-by-hand';

/** Creates every kind of file while the server runs. */
async function fill({ url }: RunningCommand): Promise<void> {
  const headers = { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' };
  const send = async (method: string, path: string, body: string) => {
    const answer = await fetch(`${url}/projects/example_project/${path}`, { method, headers, body });
    assert.ok(answer.ok, await answer.text());
  };
  await send('PATCH', 'records/books/1', '{"title":"Emma"}');
  await send('POST', 'query', '{"sql":"SELECT 1"}');
  for (const what of ['schema', 'table/books', 'database']) await send('POST', `export/${what}`, '{}');
}

test(
  'only the owner can access a new data folder and everything that a running server keeps in it',
  OPTIONS,
  async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'data');
    await using server = await startCommandServer({
      ROWHOUSE_DATA_DIR: dataDir,
      ROWHOUSE_ADMIN_TOKEN: ADMIN,
    });
    await fill(server);
    const kept = assertPrivate(dataDir, 'while the server runs');
    for (const name of [
      'catalog.sqlite-wal',
      'requests.sqlite',
      'projects/example_project/database.sqlite-shm',
    ]) {
      assert.ok(kept.includes(name), name);
    }
    assert.equal(await server.stop('SIGTERM'), 0);
    assertPrivate(dataDir, 'when it has stopped');
  },
);

test(
  'the next start makes files of the service private that other users could read, and leaves other files unchanged',
  OPTIONS,
  async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'data');
    const environment = { ROWHOUSE_DATA_DIR: dataDir, ROWHOUSE_ADMIN_TOKEN: ADMIN };
    {
      await using server = await startCommandServer(environment);
      await fill(server);
      await server.stop('SIGKILL');
    }
    const elsewhere = join(folder.path, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'file'), '');
    symlinkSync(elsewhere, join(dataDir, 'projects', 'linked'));
    symlinkSync(join(elsewhere, 'file'), join(dataDir, 'exports', 'linked'));
    mkdirSync(join(dataDir, 'exports', 'unknown', 'deeper'), { recursive: true });
    writeFileSync(join(dataDir, 'exports', 'unknown', 'deeper', 'file'), '');
    writeFileSync(join(dataDir, 'projects', 'example_project', 'upload-half.sqlite'), '');
    for (const bits of ['a+rwX', '0777']) {
      execFileSync('chmod', ['-R', bits, dataDir, elsewhere]);
      const before = folderModes(elsewhere);
      await using server = await startCommandServer(environment);
      assertPrivate(dataDir, `after chmod ${bits} and a start`);
      assert.deepEqual(folderModes(elsewhere), before);
      await fill(server);
      assertPrivate(dataDir, 'while the server runs');
      await server.stop('SIGKILL');
    }
  },
);

test(
  'the command line keeps the data folder private, and writes the user’s files with the user’s permissions',
  OPTIONS,
  async () => {
    using folder = temporaryFolder();
    const environment = { ROWHOUSE_DATA_DIR: join(folder.path, 'data') };
    const file = join(folder.path, 'music.sqlite');
    writeFileSync(file, databaseFile('CREATE TABLE song (title);'));
    const imported = await runCommand(['import', file, '--project', 'music', '--create'], environment);
    assert.equal(imported.exitCode, 0, imported.stderr);
    assertPrivate(environment.ROWHOUSE_DATA_DIR, 'after an import');
    chmodSync(environment.ROWHOUSE_DATA_DIR, 0o755);
    const out = join(folder.path, 'music.sql');
    const words = ['export', 'schema', '--project', 'music', '--format', 'sql', '--out', out];
    const exported = await withUmask(0o027, () => runCommand(words, environment));
    assert.equal(exported.exitCode, 0, exported.stderr);
    assert.equal(modeOf(out), '640');
    assertPrivate(environment.ROWHOUSE_DATA_DIR, 'after an export');
  },
);
