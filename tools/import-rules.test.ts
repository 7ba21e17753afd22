import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { describe, test } from 'node:test';

import { brokenRules, crowdedFolders, type SourceFile } from './import-rules.ts';

const root = join(import.meta.dirname, '..');
const CODE = ['packages/*/src/**/*.ts', 'bench/**/*.ts', 'conformance/**/*.ts', 'tools/**/*.ts'];
const MAX_FILES_IN_A_FOLDER = 20;

describe('in this repository', () => {
  const files = globSync(CODE, { cwd: root }).map((path): SourceFile => ({
    path: path.split(sep).join('/'),
    text: readFileSync(join(root, path), 'utf8'),
  }));

  test('every import goes to a lower layer, and there is no cycle', () => {
    assert.ok(
      files.some((file) => file.path === 'packages/server/src/http/http-server.ts'),
      'the files were read',
    );
    assert.deepEqual(brokenRules(files), []);
  });

  test(`no folder directly contains more than ${MAX_FILES_IN_A_FOLDER} source files`, () => {
    assert.deepEqual(crowdedFolders(files, MAX_FILES_IN_A_FOLDER), []);
  });
});

test('the conformance suite loads nothing of the server if it has a URL', async () => {
  const folder = join(root, 'conformance');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  // A dynamic `import()` is loaded only when it runs.
  const fromServer = texts.flatMap((text) =>
    [...text.matchAll(/\b(?:from|import)\s+'(?!node:|\.\/)[^']*'/g)].map(([words]) => words),
  );
  assert.deepEqual(fromServer, []);
  assert.ok(names.includes('tested-service.ts'), 'the files were read');
});

function importing(path: string, target: string): SourceFile {
  return { path: `packages/server/src/${path}`, text: `import { thing } from '${target}';\n` };
}

describe('the rules find', () => {
  const forbidden: readonly (readonly [path: string, target: string])[] = [
    ['http/envelope.ts', '../resources/projects/projects.ts'],
    ['http/envelope.ts', '../engine/engine.ts'],
    ['engine/engine.ts', '../catalog/catalog.ts'],
    ['engine/engine.ts', './sqlite/sqlite-engine.ts'],
    ['engine/sqlite/records/read.ts', '../../../files/local-store.ts'],
    ['engine/sqlite/records/read.ts', '../exports/write-table.ts'],
    ['engine/sqlite/records/read.ts', '../workers/point-thread.ts'],
    ['engine/sqlite/tables/read-table.ts', '../schema-changes/tables/create-table.ts'],
    ['engine/sqlite/schema-changes/rebuild/copy.ts', '../columns/add-column.ts'],
    ['engine/sqlite/introspection/read.ts', '../tables/find-table.ts'],
    ['engine/sqlite/connection/open.ts', '../introspection/query-rows.ts'],
    ['catalog/catalog.ts', '../http/envelope.ts'],
    ['files/local-store.ts', '../engine/engine.ts'],
    ['runtime/threads/pool.ts', '../../schema/model.ts'],
    ['runtime/lru-map.ts', './threads/pool.ts'],
    ['schema/model.ts', '../core/config.ts'],
    ['schema/model.ts', '../runtime/threads/pool.ts'],
    ['core/errors.ts', '../schema/model.ts'],
    ['activity/request-log/request-log.ts', '../operations.ts'],
    ['activity/operations.ts', '../catalog/catalog.ts'],
    ['resources/exports/exports.ts', '../../engine/sqlite/read.ts'],
    ['resources/exports/exports.ts', '../projects/projects.routes.ts'],
    ['resources/exports/exports.ts', '../projects/slugs.ts'],
    ['resources/exports/exports.ts', '../../compose.ts'],
    ['resources/exports/exports.routes.ts', '../../catalog/catalog.ts'],
    ['resources/tables/tables.routes.ts', '../../engine/sqlite/tables/read-table.ts'],
    ['compose.ts', './main.ts'],
    ['compose.ts', './testing/http/test-server.ts'],
    ['nowhere/thing.ts', '../core/errors.ts'],
  ];
  for (const [path, target] of forbidden) {
    test(`${path} importing ${target}`, () => {
      const [first] = brokenRules([importing(path, target)]);
      assert.ok(first?.startsWith(`packages/server/src/${path}`), `found: ${first}`);
    });
  }

  test('an import in every syntax', () => {
    const ways = [
      "import type { A } from '../engine/engine.ts';",
      "import {\n  a,\n  b,\n} from '../engine/engine.ts';",
      "import '../engine/engine.ts';",
      "export * from '../engine/engine.ts';",
      "const a = await import('../engine/engine.ts');",
      "new Worker(new URL('../engine/engine.ts', import.meta.url));",
      "import a from 'a'; import b from '../engine/engine.ts';",
    ];
    const path = 'packages/server/src/http/a.ts';
    for (const text of ways) assert.equal(brokenRules([{ path, text }]).length, 1, text);
  });

  test('a cycle between files, and between resources', () => {
    assert.match(
      String(brokenRules([importing('http/a.ts', './b.ts'), importing('http/b.ts', './a.ts')])),
      /cycle/,
    );
    const resources = [
      importing('resources/exports/exports.ts', '../projects/projects.ts'),
      importing('resources/projects/purge.ts', '../exports/exports.ts'),
    ];
    assert.match(String(brokenRules(resources)), /cycle: exports → projects → exports/);
  });

  test('a folder with too many files', () => {
    const folder = [importing('core/a.ts', './b.ts'), importing('core/b.ts', './c.ts')];
    assert.deepEqual(crowdedFolders(folder, 1), ['packages/server/src/core has 2']);
    assert.deepEqual(crowdedFolders(folder, 2), []);
  });
});

describe('the rules allow', () => {
  const allowed: readonly (readonly [path: string, target: string])[] = [
    ['main.ts', './compose.ts'],
    ['cli/start.ts', '../compose.ts'],
    ['compose.ts', './engine/sqlite/sqlite-engine.ts'],
    ['resources/exports/exports.ts', '../../engine/engine.ts'],
    ['resources/exports/exports.ts', '../projects/projects.ts'],
    ['resources/exports/exports.ts', '../../catalog/catalog.ts'],
    ['resources/exports/exports.routes.ts', '../../http/envelope.ts'],
    ['resources/exports/exports.routes.ts', './exports.ts'],
    ['resources/tables/tables.routes.ts', '../../engine/project-tables.ts'],
    ['activity/operations.ts', './request-log/request-log.ts'],
    ['engine/sqlite/workers/point-thread.ts', '../../../runtime/threads/pool.ts'],
    ['engine/sqlite/exports/write-table.ts', '../rows/record-table.ts'],
    ['schema/formats/json.ts', '../model.ts'],
    ['http/envelope.test.ts', '../testing/http/edge-server.ts'],
    ['testing/http/edge-server.ts', '../../engine/sqlite/read.ts'],
  ];
  for (const [path, target] of allowed) {
    test(`${path} importing ${target}`, () => {
      assert.deepEqual(brokenRules([importing(path, target)]), []);
    });
  }
});
