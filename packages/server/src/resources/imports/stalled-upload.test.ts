import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import { readMusicShop } from '../../testing/databases/music-shop.ts';
import { openTestEngine } from '../../testing/databases/open-test-engine.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { Imports } from './imports.ts';

test('an upload that stalls fails with request_timeout, and nothing of it is kept', async () => {
  using folder = temporaryFolder();
  const engine = await openTestEngine(folder.path, { onThreadCrash: (error) => assert.fail(error) });
  await engine.createDatabase('shop', {});
  const imports = new Imports({ engine, maxBytes: 10_000_000, stallLimitMs: 20 });
  const beginning = (await readMusicShop()).subarray(0, 5_000);
  const content = new Readable({ read: () => undefined });
  content.push(beginning);

  const { signal } = new AbortController();
  await assert.rejects(
    imports.importDatabase({
      project: { id: 1, slug: 'shop' },
      replace: false,
      requestOf: null,
      content,
      announcedBytes: null,
      signal,
    }),
    { code: 'request_timeout' },
  );
  await engine.close();
  assert.deepEqual(readdirSync(join(folder.path, 'shop')), ['database.sqlite']);
});
