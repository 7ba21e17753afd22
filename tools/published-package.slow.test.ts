import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { musicShopPath } from '../packages/server/src/testing/databases/music-shop.ts';
import { temporaryFolder } from '../packages/server/src/testing/system/temporary-folder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
// Below node_modules, where the compiled code finds its dependencies as an installed package does.
const published = join(root, 'node_modules', '.cache', 'published');

test('the package as it is published, plain JavaScript, imports a database and exports its schema and its rows', () => {
  using folder = temporaryFolder();
  rmSync(published, { recursive: true, force: true });
  cpSync(join(root, 'packages', 'server', 'package.json'), join(published, 'package.json'));
  const compiled = join(published, 'dist');
  const project = join(root, 'packages', 'server', 'tsconfig.build.json');
  execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['--project', project, '--outDir', compiled]);
  const run = (...words: readonly string[]) => {
    const env = { ROWHOUSE_DATA_DIR: join(folder.path, 'data') };
    return spawnSync(process.execPath, [join(compiled, 'main.js'), ...words], { env, encoding: 'utf8' });
  };

  const imported = run('import', musicShopPath, '--project', 'music', '--create');
  assert.equal(imported.stderr, '');
  const exported = run('export', 'schema', '--project', 'music');
  assert.equal(JSON.parse(exported.stdout).tables.length, 11);
  const artists = run('export', 'table', 'Artist', '--project', 'music');
  assert.equal(artists.stderr, '');
  assert.equal(artists.stdout.split('\r\n').length, 277);
  const archive = join(folder.path, 'music.zip');
  assert.equal(run('export', 'database', '--project', 'music', '--out', archive).status, 0);
  assert.equal(readFileSync(archive).toString('latin1', 0, 2), 'PK');
});
