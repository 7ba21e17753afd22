import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { describe, test } from 'node:test';

import { brokenRules, type SourceFile } from './import-rules.ts';

const source = join(import.meta.dirname, '..', 'server', 'src');

test('every import of the server goes downwards, and none goes in a circle', async () => {
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.map(async (path): Promise<SourceFile> => ({
      path: relative(source, path).split(sep).join('/'),
      text: await readFile(path, 'utf8'),
    })),
  );
  assert.ok(
    files.some((file) => file.path === 'http/http-server.ts'),
    'the files were read',
  );
  assert.deepEqual(brokenRules(files), []);
});

test('the conformance suite loads nothing of the server where it has the address of one', async () => {
  const folder = join(import.meta.dirname, '..', 'conformance');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  // What a file imports by `import()`, it loads only when it comes to it.
  const strangers = texts.flatMap((text) =>
    [...text.matchAll(/\b(?:from|import)\s+'(?!node:|\.\/)[^']*'/g)].map(([words]) => words),
  );
  assert.deepEqual(strangers, []);
  assert.ok(names.includes('subject.ts'), 'the files were read');
});

function importing(path: string, target: string): SourceFile {
  return { path, text: `import { thing } from '${target}';\n` };
}

describe('the rules find', () => {
  const forbidden: readonly (readonly [path: string, target: string])[] = [
    ['http/envelope.ts', '../projects/projects.ts'],
    ['http/envelope.ts', '../engine/engine.ts'],
    ['engine/engine.ts', '../catalog/catalog.ts'],
    ['engine/sqlite/read.ts', '../../files/local-store.ts'],
    ['catalog/catalog.ts', '../http/ids.ts'],
    ['files/local-store.ts', '../engine/engine.ts'],
    ['threads/pool.ts', '../schema/model.ts'],
    ['schema/model.ts', '../config.ts'],
    ['schema/model.ts', '../threads/pool.ts'],
    ['errors.ts', './config.ts'],
    ['exports/exports.ts', '../engine/sqlite/read.ts'],
    ['exports/exports.ts', '../projects/projects.routes.ts'],
    ['exports/exports.ts', '../projects/slugs.ts'],
    ['exports/exports.ts', '../service.ts'],
    ['exports/exports.routes.ts', '../catalog/catalog.ts'],
    ['service.ts', './main.ts'],
    ['nowhere/thing.ts', '../errors.ts'],
  ];
  for (const [path, target] of forbidden) {
    test(`${path} importing ${target}`, () => {
      const [first] = brokenRules([importing(path, target)]);
      assert.ok(first?.startsWith(path), `found: ${first}`);
    });
  }

  test('an import in each way that one can be written', () => {
    const ways = [
      "import type { A } from '../engine/engine.ts';",
      "import {\n  a,\n  b,\n} from '../engine/engine.ts';",
      "import '../engine/engine.ts';",
      "export * from '../engine/engine.ts';",
      "const a = await import('../engine/engine.ts');",
      "new Worker(new URL('../engine/engine.ts', import.meta.url));",
      "import a from 'a'; import b from '../engine/engine.ts';",
    ];
    for (const text of ways) assert.equal(brokenRules([{ path: 'http/a.ts', text }]).length, 1, text);
  });

  test('a circle between files, and between nouns', () => {
    assert.match(
      String(brokenRules([importing('http/a.ts', './b.ts'), importing('http/b.ts', './a.ts')])),
      /circle/,
    );
    const nouns = [
      importing('exports/exports.ts', '../projects/projects.ts'),
      importing('projects/purge.ts', '../exports/exports.ts'),
    ];
    assert.match(String(brokenRules(nouns)), /circle: exports → projects → exports/);
  });
});

describe('the rules allow', () => {
  const allowed: readonly (readonly [path: string, target: string])[] = [
    ['main.ts', './service.ts'],
    ['cli/start.ts', '../service.ts'],
    ['service.ts', './engine/sqlite/sqlite-engine.ts'],
    ['exports/exports.ts', '../engine/engine.ts'],
    ['exports/exports.ts', '../projects/projects.ts'],
    ['exports/exports.ts', '../catalog/catalog.ts'],
    ['exports/exports.routes.ts', '../http/envelope.ts'],
    ['exports/exports.routes.ts', './exports.ts'],
    ['engine/sqlite/read.ts', '../../threads/pool.ts'],
    ['schema/formats/json.ts', '../model.ts'],
    ['http/envelope.test.ts', '../testing/edge-server.ts'],
    ['testing/edge-server.ts', '../engine/sqlite/read.ts'],
  ];
  for (const [path, target] of allowed) {
    test(`${path} importing ${target}`, () => {
      assert.deepEqual(brokenRules([importing(path, target)]), []);
    });
  }
});
