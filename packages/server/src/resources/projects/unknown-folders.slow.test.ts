import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { ADMIN_TOKEN, type Answer, startTestServer } from '../../testing/http/test-server.ts';
import { folderContent } from '../../testing/system/folder-content.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { runCommand, type RunningCommand, startCommandServer } from '../../testing/tools/command.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const TIMEOUT = { timeout: 120_000 };

function start(dataDir: string, settings: Readonly<Record<string, string>> = {}): Promise<RunningCommand> {
  return startCommandServer({
    ROWHOUSE_DATA_DIR: dataDir,
    ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN,
    ROWHOUSE_SAMPLE_PROJECT: 'off',
    ...settings,
  });
}

async function call(
  { url }: Pick<RunningCommand, 'url'>,
  method: string,
  path: string,
  json?: unknown,
): Promise<Pick<Answer, 'status' | 'body'>> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

function bootstrapOf(slug: string): unknown {
  return {
    project_slug: slug,
    project_name: slug,
    initial_project_user: { username: 'ada', password: 'correct horse battery' },
    tables: [{ table_name: 'other', columns: [{ name: 'code' }] }],
    project_api_tokens: [],
  };
}

/** Every way to create a project over HTTP. */
const WAYS = [
  ['/projects', (slug: string) => ({ project_slug: slug, project_name: slug })],
  ['/bootstrap', bootstrapOf],
] as const;

/** Creates a data folder whose catalog is older than its project `late`, which has a row and an export. */
async function restoredFromOlder(dataDir: string): Promise<void> {
  const catalog = join(dataDir, 'catalog.sqlite');
  {
    await using server = await start(dataDir);
    await call(server, 'POST', '/projects', { project_slug: 'early', project_name: 'Early' });
    assert.equal(await server.stop('SIGTERM'), 0);
  }
  cpSync(catalog, join(dataDir, '..', 'catalog-of-yesterday'));
  {
    await using server = await start(dataDir);
    await call(server, 'POST', '/projects', { project_slug: 'late', project_name: 'Late' });
    await call(server, 'POST', '/projects/late/table', {
      table_name: 'book',
      columns: [{ column_name: 'title' }],
    });
    const made = await call(server, 'POST', '/projects/late/records/book', { title: 'Middlemarch' });
    assert.equal(made.status, 201);
    assert.equal((await call(server, 'POST', '/projects/late/export/table/book')).status, 201);
    // Killed, so that the write-ahead log is kept, too.
    await server.stop('SIGKILL');
  }
  for (const suffix of ['-wal', '-shm']) rmSync(catalog + suffix, { force: true });
  renameSync(join(dataDir, '..', 'catalog-of-yesterday'), catalog);
}

test(
  'with a catalog restored from an older copy, no way of creating a project changes an unknown folder',
  TIMEOUT,
  async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'data');
    await restoredFromOlder(dataDir);
    const stored = () => [folderContent(join(dataDir, 'projects')), folderContent(join(dataDir, 'exports'))];
    const before = stored();
    assert.ok(before[0]?.[join('late', 'database.sqlite-wal')]?.includes('Middlemarch'));
    {
      await using server = await start(dataDir);
      assert.deepEqual(stored()[1], before[1], 'the start removed an export');
      for (const slug of ['late', 'LATE']) {
        for (const [path, body] of WAYS) {
          const { status, body: answer } = await call(server, 'POST', path, body(slug));
          assert.deepEqual([status, answer.error?.code], [409, 'conflict'], path);
          assert.match(answer.error?.message ?? '', /late/);
          assert.doesNotMatch(answer.error?.message ?? '', /sqlite|\//, 'a client sees no path');
          assert.deepEqual(stored(), before, path);
        }
      }
      assert.equal(await server.stop('SIGTERM'), 0);
    }
    const environment = { ROWHOUSE_DATA_DIR: dataDir };
    const file = join(folder.path, 'other.sqlite');
    writeFileSync(file, databaseFile('CREATE TABLE other (a);'));
    const words = ['import', file, '--project', 'late', '--create', '--replace'];
    const imported = await runCommand(words, environment);
    assert.equal(imported.exitCode, 1);
    assert.match(imported.stderr, /rowhouse: .*late.*\n$/);
    assert.deepEqual(stored(), before);

    const path = join(dataDir, 'projects', 'late', 'database.sqlite');
    assert.equal(runSqliteShell(path, 'SELECT title FROM book;'), 'Middlemarch\n');
  },
);

/** Things that may be in the place of a project that the catalog does not know. */
const FOREIGN_FILES: readonly (readonly [what: string, place: (path: string, outside: string) => void])[] = [
  ['an empty folder', (path) => mkdirSync(path)],
  [
    'a folder with an empty database',
    (path) => {
      mkdirSync(path);
      writeFileSync(join(path, 'database.sqlite'), '');
    },
  ],
  [
    'a folder with other files',
    (path) => {
      mkdirSync(join(path, 'deeper'), { recursive: true });
      writeFileSync(join(path, 'deeper', 'notes.txt'), 'kept');
    },
  ],
  ['a file', (path) => writeFileSync(path, 'kept')],
  ['a link to a folder elsewhere', (path, outside) => symlinkSync(outside, path)],
  ['a link to a file elsewhere', (path, outside) => symlinkSync(join(outside, 'database.sqlite'), path)],
  ['a link to nothing', (path) => symlinkSync('nowhere', path)],
];

test(
  'anything in the place of a new project is unchanged, including the target of a link',
  TIMEOUT,
  async () => {
    await using server = await startTestServer();
    using elsewhere = temporaryFolder();
    writeFileSync(join(elsewhere.path, 'database.sqlite'), databaseFile('CREATE TABLE a (b);'));
    writeFileSync(join(elsewhere.path, 'upload-of-mine.sqlite'), 'kept');
    const projects = join(server.dataDir, 'projects');
    for (const [what, place] of FOREIGN_FILES) {
      place(join(projects, 'stranger'), elsewhere.path);
      const before = [folderContent(projects), folderContent(elsewhere.path)];
      for (const [path, body] of WAYS) {
        const answer = await server.call('POST', path, { json: body('stranger') });
        assert.deepEqual([answer.status, answer.body.error?.code], [409, 'conflict'], what);
        assert.deepEqual([folderContent(projects), folderContent(elsewhere.path)], before, what);
      }
      await server.restart();
      assert.deepEqual(
        [folderContent(projects), folderContent(elsewhere.path)],
        before,
        `${what}, by the start`,
      );
      rmSync(join(projects, 'stranger'), { recursive: true });
    }
    await server.createProject('stranger');
    assert.equal((await server.call('GET', '/projects/stranger')).status, 200, 'the slug is free again');
  },
);

test('exports of an unknown project prevent the reuse of its slug', TIMEOUT, async () => {
  await using server = await startTestServer();
  const exports = join(server.dataDir, 'exports');
  mkdirSync(join(exports, 'lost'));
  writeFileSync(join(exports, 'lost', 'exp_20260601_182345_a1b2c3d4e5'), 'kept');
  const before = folderContent(exports);
  for (const [path, body] of WAYS) {
    const answer = await server.call('POST', path, { json: body('lost') });
    assert.deepEqual([answer.status, answer.body.error?.code], [409, 'conflict']);
  }
  await server.restart();
  assert.deepEqual(folderContent(exports), before);
  assert.ok(!existsSync(join(server.dataDir, 'projects', 'lost')));
});

test('a marker file removes no project that a restored catalog does not know', TIMEOUT, async () => {
  await using server = await startTestServer();
  const catalog = join(server.dataDir, 'catalog.sqlite');
  const projects = join(server.dataDir, 'projects');
  let yesterday = Buffer.alloc(0);
  await server.restart(() => (yesterday = readFileSync(catalog)));
  await server.createProject('late');
  const made = await server.call('POST', '/projects/late/table', { json: { table_name: 'book' } });
  assert.equal(made.status, 201);
  // As in a copy of the folder that was begun during the creation of the project.
  await server.restart(() => {
    writeFileSync(catalog, yesterday);
    writeFileSync(join(projects, '.unfinished-late'), '');
  });
  const before = folderContent(join(projects, 'late'));
  assert.equal((await server.call('GET', '/projects/late')).status, 404);
  const answer = await server.call('POST', '/projects', {
    json: { project_slug: 'late', project_name: 'Late' },
  });
  assert.deepEqual([answer.status, answer.body.error?.code], [409, 'conflict']);
  await server.restart();
  assert.deepEqual(folderContent(join(projects, 'late')), before);
});

test('a marked folder without data is removed at the start and by the next creation', TIMEOUT, async () => {
  await using server = await startTestServer();
  const projects = join(server.dataDir, 'projects');
  const place = () => {
    writeFileSync(join(projects, '.unfinished-left'), '');
    mkdirSync(join(projects, 'left'));
    writeFileSync(join(projects, 'left', 'database.sqlite'), '');
  };
  await server.restart(place);
  assert.deepEqual(folderContent(projects), {});
  place();
  await server.createProject('left');
  assert.equal((await server.call('GET', '/projects/left/tables')).status, 200);
});

test(
  'concurrent creations and deletions of one slug leave one complete project or none',
  TIMEOUT,
  async () => {
    await using server = await borrowTestServer();
    const json = { project_slug: 'busy', project_name: 'Busy' };
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          index % 3 === 2
            ? server.call('DELETE', '/projects/busy', { json: { confirm_project_slug: 'busy' } })
            : server.call('POST', index % 3 === 0 ? '/projects' : '/bootstrap', {
                json: index % 3 === 0 ? json : bootstrapOf('busy'),
              }),
        ),
      );
      for (const { status } of answers) assert.ok([200, 201, 404, 409].includes(status), String(status));
      const { status } = await server.call('GET', '/projects/busy/tables');
      const there = existsSync(join(server.dataDir, 'projects', 'busy', 'database.sqlite'));
      assert.equal(status === 200, there);
    }
  },
);
