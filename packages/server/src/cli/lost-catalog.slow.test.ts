import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { folderContent } from '../testing/system/folder-content.ts';
import { temporaryFolder } from '../testing/system/temporary-folder.ts';
import { runCommand, startCommandServer } from '../testing/tools/command.ts';
import { runSqliteShell } from '../testing/tools/sqlite-shell.ts';

const TIMEOUT = { timeout: 120_000 };

/** Any file: no command reads it. */
const FILE = fileURLToPath(import.meta.url);

/** Every command that opens the data folder. */
const COMMANDS: readonly (readonly string[])[] = [
  ['start'],
  ['import', FILE, '--project', 'music', '--create'],
  ['import', FILE, '--project', 'example_project', '--replace'],
  ['export', 'schema', '--project', 'example_project'],
];

/** Ways to lose a catalog. */
const LOSSES: readonly (readonly [what: string, lose: (catalog: string) => void])[] = [
  ['is missing', (catalog) => rmSync(catalog)],
  ['is empty', (catalog) => truncateSync(catalog)],
  ['is cut short', (catalog) => truncateSync(catalog, 100)],
  [
    'is a database without a table',
    (catalog) => {
      rmSync(catalog);
      runSqliteShell(catalog, 'PRAGMA journal_mode = WAL; VACUUM;');
    },
  ],
];

test(
  'if the catalog is lost, every command stops with one line that says what to do, and changes nothing',
  TIMEOUT,
  async (t) => {
    using folder = temporaryFolder();
    const environment = { ROWHOUSE_DATA_DIR: folder.path, ROWHOUSE_PORT: '0' };
    {
      await using server = await startCommandServer(environment);
      assert.equal(await server.stop('SIGTERM'), 0);
    }
    const catalog = join(folder.path, 'catalog.sqlite');
    const kept = readFileSync(catalog);
    for (const [what, lose] of LOSSES) {
      lose(catalog);
      const before = folderContent(folder.path);
      for (const words of COMMANDS) {
        const { exitCode, stdout, stderr } = await runCommand(words, environment, t.signal);
        const said = `${words.join(' ')}, where the catalog ${what}: ${stderr}`;
        assert.equal(exitCode, 1, said);
        assert.equal(stdout, '', said);
        assert.match(stderr, /^rowhouse: [^\n]*restore catalog\.sqlite[^\n]*move[^\n]*\n$/, said);
        assert.match(stderr, /example_project/, said);
        assert.deepEqual(folderContent(folder.path), before, said);
      }
      writeFileSync(catalog, kept);
    }
    await using server = await startCommandServer(environment);
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
  },
);

/** Possible entries of `projects/`, and whether each is a project. */
const PLACES: readonly (readonly [what: string, isProject: boolean, place: (projects: string) => void])[] = [
  ['an empty folder', true, (projects) => mkdirSync(join(projects, 'orchard'))],
  ['a folder in capitals', true, (projects) => mkdirSync(join(projects, 'Orchard'))],
  ['a link', true, (projects) => symlinkSync('/nowhere', join(projects, 'orchard'))],
  [
    'a folder that is marked as unfinished',
    true,
    (projects) => {
      mkdirSync(join(projects, 'orchard'));
      writeFileSync(join(projects, '.unfinished-orchard'), '');
    },
  ],
  ['nothing', false, () => undefined],
  [
    'what a file system or a file manager leaves',
    false,
    (projects) => {
      mkdirSync(join(projects, 'lost+found'));
      writeFileSync(join(projects, '.DS_Store'), '');
    },
  ],
];

test('a data folder without a catalog gets a new one only if it contains no project', TIMEOUT, async (t) => {
  for (const [what, isProject, place] of PLACES) {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, 'projects'));
    place(join(folder.path, 'projects'));
    const environment = { ROWHOUSE_DATA_DIR: folder.path, ROWHOUSE_PORT: '0' };
    if (isProject) {
      const before = folderContent(folder.path);
      const { exitCode, stderr } = await runCommand(['start'], environment, t.signal);
      assert.equal(exitCode, 1, what);
      assert.match(stderr, /^rowhouse: [^\n]*orchard[^\n]*\n$/i, what);
      assert.deepEqual(folderContent(folder.path), before, what);
    } else {
      await using server = await startCommandServer(environment);
      assert.match(server.stdout(), /admin token/, what);
    }
  }
});
