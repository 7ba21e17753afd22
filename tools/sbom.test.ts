import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface Component {
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string };
    readonly expression?: string;
  }[];
}

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};

/** Returns where Node.js finds a package that another one imports: the nearest `node_modules` that has it. */
function folderOf(name: string, importer: string): string {
  for (let folder = importer; ; folder = folder.replace(/(?:^|\/)[^/]+$/, '')) {
    const found = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (lock.packages[found] !== undefined) return found;
    assert.notEqual(folder, '', `${name}, which ${importer} imports`);
  }
}

/** Returns the folders of all packages that the server loads, directly or through others. */
function runtimeFolders(): ReadonlySet<string> {
  const found = new Set<string>();
  const importers = ['packages/server'];
  for (let importer = importers.pop(); importer !== undefined; importer = importers.pop()) {
    for (const name of Object.keys(lock.packages[importer]?.dependencies ?? {})) {
      const folder = folderOf(name, importer);
      if (found.has(folder)) continue;
      found.add(folder);
      importers.push(folder);
    }
  }
  return found;
}

test('the bill of materials describes the package, and lists exactly its runtime dependencies, with version and license', () => {
  const bom = JSON.parse(
    execFileSync(process.execPath, [join(import.meta.dirname, 'print-sbom.ts')]).toString(),
  );
  const { version } = JSON.parse(readFileSync(join(root, 'packages/server/package.json'), 'utf8'));
  assert.equal(bom.bomFormat, 'CycloneDX');
  const { name, version: described, purl } = bom.metadata.component;
  assert.deepEqual([name, described, purl], ['rowhouse', version, `pkg:npm/rowhouse@${version}`]);

  const expected = [...runtimeFolders()].map((folder) => {
    const { version: locked, license } = lock.packages[folder] ?? assert.fail(folder);
    return `${folder.replace(/^.*node_modules\//, '')} ${locked} ${license}`;
  });
  const listed = bom.components.map((component: Component) => {
    const licenses = component.licenses?.map(({ license, expression }) => license?.id ?? expression);
    return `${component.name} ${component.version} ${licenses?.join()}`;
  });
  assert.ok(expected.length > 20);
  assert.deepEqual(listed.toSorted(), [...new Set(expected)].toSorted());
  assert.doesNotMatch(listed.join('\n'), /undefined/);
});
