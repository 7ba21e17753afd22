import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { runRowhouse } from '../testing/rowhouse-process.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

test('a command line that cannot be understood ends with 2, says what to write, and touches nothing', async () => {
  using folder = temporaryFolder();
  const dataDir = join(folder.path, 'data');
  const cases: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [[], /rowhouse start\n[^]*rowhouse import FILE/],
    [['serve'], /serve is not a command; see rowhouse --help/],
    [['start', 'now'], /start takes no arguments/],
    [['import', '--project', 'a'], /name one file/],
    [['import', 'a.db'], /--project SLUG is needed/],
    [['import', 'a.db', '--project', '../up'], /--project must be/],
    [['import', 'a.db', '--project', 'a', '--force'], /--force/],
    [['export', 'tables', '--project', 'a'], /rowhouse export schema/],
    [['export', 'schema', '--project', 'a', '--url', 'http://127.0.0.1:1'], /wants a token/],
  ];
  const results = await Promise.all(
    cases.map(([words]) => runRowhouse(words, { ROWHOUSE_DATA_DIR: dataDir })),
  );
  for (const [index, [words, says]] of cases.entries()) {
    const { code, stdout, stderr } = results[index] ?? assert.fail();
    assert.equal(code, 2, `${words.join(' ')}: ${stderr}`);
    assert.match(stderr, says);
    assert.equal(stdout, '');
  }
  assert.ok(!existsSync(dataDir));
});

test('help is printed when it is asked for', async () => {
  const { code, stdout, stderr } = await runRowhouse(['--help'], {});
  assert.equal(code, 0);
  assert.match(stdout, /rowhouse export schema --project SLUG/);
  assert.equal(stderr, '');
});
