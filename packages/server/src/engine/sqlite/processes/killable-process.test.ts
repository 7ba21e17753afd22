import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { temporaryFolder } from '../../../testing/system/temporary-folder.ts';
import type { QueryMethods } from '../protocol/query-methods.ts';
import { KillableProcess } from './killable-process.ts';

/** Longer than a test may take: a process that ends earlier was stopped for another reason. */
const NEVER_MS = 3_600_000;

const query: QueryMethods['runQuery']['input'] = {
  path: '/nowhere/database.sqlite',
  sql: 'SELECT 1',
  parameters: null,
  limit: 1,
  allowed: null,
  valueFormat: 'plain',
};

/** Starts a process that runs this program. */
function start(folder: string, program: string) {
  const path = join(folder, 'program.mjs');
  writeFileSync(path, program);
  const { promise: crashed, resolve: onCrash } = Promise.withResolvers<Error>();
  const privileges = { read: [folder], write: [], maxGrowthBytes: 335_544_320 };
  const options = {
    work: 'query' as const,
    script: pathToFileURL(path),
    privileges,
    yieldsAfterMs: 200,
    onCrash,
  };
  const started = new KillableProcess<QueryMethods>(options);
  const ask = (signal: AbortSignal = new AbortController().signal) => {
    return started.request('runQuery', query, { timeLimitMs: NEVER_MS, signal });
  };
  return { started, ask, crashed };
}

test('if no process can be started, the request fails with unavailable', async (t) => {
  using folder = temporaryFolder();
  const { execPath } = process;
  t.after(() => (process.execPath = execPath));
  process.execPath = join(folder.path, 'no-such-program');
  const { started, ask } = start(folder.path, '');
  await assert.rejects(ask(), { code: 'unavailable' });
  assert.equal(started.usable, false);
});

test('a request that is aborted before the process has started does not wait for it', async () => {
  using folder = temporaryFolder();
  const { started, ask } = start(folder.path, 'setInterval(() => undefined, 1_000);');
  const controller = new AbortController();
  const requested = ask(controller.signal);
  controller.abort();
  await assert.rejects(requested, { name: 'AbortError' });
  assert.equal(started.usable, false);
});

test('a request to a process that has already ended fails at once', async () => {
  using folder = temporaryFolder();
  const { ask, crashed } = start(folder.path, 'process.exit(7);');
  assert.match((await crashed).message, /exit code 7/);
  await assert.rejects(ask(), { code: 'query_failed' });
});
