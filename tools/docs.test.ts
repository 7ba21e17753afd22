import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { errorRegistry } from '../packages/server/src/core/errors.ts';
import { settings } from '../packages/server/src/core/settings.ts';
import { referencePages } from './reference-pages.ts';

const root = join(import.meta.dirname, '..');

for (const page of referencePages()) {
  test(`${page.path} is up to date; npm run docs updates it`, async () => {
    assert.equal(await readFile(join(root, page.path), 'utf8'), page.text);
  });
}

test('the pages name every setting and every error', () => {
  const text = referencePages()
    .map((page) => page.text)
    .join('');
  for (const { variable } of Object.values(settings)) assert.ok(text.includes(`\`${variable}\``), variable);
  for (const code of Object.keys(errorRegistry)) assert.ok(text.includes(`\`${code}\``), code);
});

test('each decision has a unique number, the same in its title and its file name', async () => {
  const names = (await readdir(join(root, 'docs/decisions'))).toSorted();
  for (const [position, name] of names.entries()) {
    const text = await readFile(join(root, 'docs/decisions', name), 'utf8');
    assert.equal(Number(name.slice(0, 4)), position + 1, name);
    assert.ok(text.startsWith(`# ${position + 1}. `), name);
  }
});

const pages = globSync(['*.md', 'docs/**/*.md', 'packages/*/README.md'], { cwd: root });

for (const page of pages) {
  test(`every source file that ${page} names exists, and so does every file that it links to`, async () => {
    const text = await readFile(join(root, page), 'utf8');
    for (const [, name = ''] of text.matchAll(/`([\w./-]*\w\.(?:ts|md))`/g)) {
      const found = globSync([`{packages,conformance,tools,bench,docs}/**/${name}`, name], { cwd: root });
      assert.ok(found.length > 0, name);
    }
    for (const [, path = ''] of text.matchAll(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g)) {
      assert.ok(existsSync(join(root, dirname(page), path)), path);
    }
  });
}
