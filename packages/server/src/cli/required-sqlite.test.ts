import assert from 'node:assert/strict';
import { test } from 'node:test';

import { runCommand } from '../testing/tools/command.ts';
import { CommandError } from './command-error.ts';
import { requireSqlite } from './required-sqlite.ts';

test('a version of SQLite that is too old is refused, and a newer one is not', () => {
  for (const version of ['3.52.9', '3.9.100', '2.60.0', '', undefined]) {
    assert.throws(() => requireSqlite(version), CommandError, version);
  }
  for (const version of ['3.53.0', '3.53.4', '3.100.0', '4.0.0', process.versions.sqlite])
    requireSqlite(version);
});

test('on a version of Node whose SQLite is too old, every command that uses it says so on one line', async () => {
  const old = "Object.defineProperty(process.versions, 'sqlite', { value: '3.51.2' })";
  const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(old)}` };
  for (const words of [
    ['start'],
    ['import', 'x', '--project', 'x'],
    ['export', 'schema', '--project', 'x'],
  ]) {
    const { exitCode, stdout, stderr } = await runCommand(words, environment);
    assert.equal(exitCode, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^rowhouse: SQLite 3\.53\.0 or newer is required, .* has 3\.51\.2; .*\n$/);
  }
  assert.equal((await runCommand(['--version'], environment)).exitCode, 0);
});
