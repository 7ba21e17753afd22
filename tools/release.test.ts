import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const headings = [...readText('CHANGELOG.md').matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading);

test('the changelog starts with Unreleased, and then lists the releases, the newest first', () => {
  const [unreleased, ...releases] = headings;
  assert.equal(unreleased, 'Unreleased');
  const dates = releases.map((heading) => /^\d+\.\d+\.\d+ - (\d{4}-\d{2}-\d{2})$/.exec(heading)?.[1]);
  assert.ok(dates.length > 0 && dates.every((date) => date !== undefined), releases.join(', '));
  assert.deepEqual(dates, dates.toSorted().toReversed());
});

test('the packages and the lock file have the version of the newest release in the changelog', () => {
  const [newest] = (headings[1] ?? '').split(' ');
  const lock = readJson('package-lock.json');
  const versions = {
    'package.json': readJson('package.json').version,
    'packages/server/package.json': readJson('packages/server/package.json').version,
    'package-lock.json': lock.version,
    'the root in package-lock.json': lock.packages?.['']?.version,
    'packages/server in package-lock.json': lock.packages?.['packages/server']?.version,
  };
  for (const [place, version] of Object.entries(versions)) assert.equal(version, newest, place);
});

interface Manifest {
  readonly version: string;
  /** Of a lock file: its packages by their folder. */
  readonly packages?: Readonly<Record<string, { readonly version?: string }>>;
}

function readJson(path: string): Manifest {
  return JSON.parse(readText(path)) as Manifest;
}

function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
