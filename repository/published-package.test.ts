import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { chinookPath } from '../server/src/testing/chinook.ts';
import { temporaryFolder } from '../server/src/testing/temporary-folder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
// Below node_modules, where the compiled code finds its dependencies as an installed package does.
const compiled = join(root, 'node_modules', '.cache', 'published');

test('the package as it is published, plain JavaScript, imports a database and exports its schema', () => {
  using folder = temporaryFolder();
  rmSync(compiled, { recursive: true, force: true });
  const project = join(root, 'server', 'tsconfig.build.json');
  execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['--project', project, '--outDir', compiled]);
  const run = (...words: readonly string[]) => {
    const env = { ROWHOUSE_DATA_DIR: join(folder.path, 'data') };
    return spawnSync(process.execPath, [join(compiled, 'main.js'), ...words], { env, encoding: 'utf8' });
  };

  const imported = run('import', chinookPath, '--project', 'music', '--create');
  assert.equal(imported.stderr, '');
  const exported = run('export', 'schema', '--project', 'music');
  assert.equal(JSON.parse(exported.stdout).tables.length, 11);
});
