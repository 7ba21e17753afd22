import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { databaseFile } from '../../../testing/databases/database-file.ts';
import { ENDLESS, type Manifest, stones } from '../../../testing/http/exports.ts';
import { temporaryFolder } from '../../../testing/system/temporary-folder.ts';
import { eventually } from '../../../testing/system/waiting.ts';
import { type RunningCommand, startCommandServer } from '../../../testing/tools/command.ts';
import { runSqliteShell } from '../../../testing/tools/sqlite-shell.ts';

const ADMIN_TOKEN = 'an-admin-token-given-by-hand';
/** More with KILLED_RUNS (`npm run test:long`), and then with a larger database. */
const RUNS = Number(process.env['KILLED_RUNS'] ?? 3);
const ROWS = RUNS > 5 ? 400_000 : 150_000;
/** About the duration of an export. */
const LONGEST_MS = ROWS / 200;

const WAYS = [
  ['table/stone', 'csv'],
  ['table/stone', 'json'],
  ['table/stone', 'ndjson'],
  ['database', 'zip'],
  ['database', 'zip-csv'],
  ['database', 'json'],
  ['database', 'sql'],
  ['database', 'sqlite'],
] as const;

test('if the server is killed at any time during an export, every ready export is complete, and no other file is left', async (context) => {
  using folder = temporaryFolder();
  const start = startIn(folder.path);
  await importInto(start, stones(ROWS));
  let cutOff = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const [what, format] = WAYS[run % WAYS.length] ?? WAYS[0];
    {
      await using server = await start();
      const waiting = ask(server, what, { format, file_name: `waiting${run}` }, '').catch(() => null);
      await ask(server, what, { format, file_name: `later${run}` }, 'respond-async');
      // Spread over the runs from early to late.
      await setTimeout((LONGEST_MS * (run + Math.random())) / RUNS);
      await server.stop('SIGKILL');
      if ((await waiting) === null) cutOff += 1;
    }
    await using server = await start();
    const later = await eventuallyEnded(server);
    for (const made of later) {
      // An asynchronous export is completed after the restart.
      if (made.download_name.startsWith(`later${run}`))
        assert.equal(made.status, 'ready', made.status_reason ?? '');
      assert.ok(['ready', 'failed'].includes(made.status));
      if (made.status === 'ready')
        assertComplete(join(folder.path, 'exports', 'example_project', made.id), made);
      else assert.match(made.status_reason ?? '', /^unavailable: /);
    }
    const ready = later.filter(({ status }) => status === 'ready').map(({ id }) => id);
    assert.deepEqual(
      readdirSync(join(folder.path, 'exports', 'example_project')).toSorted(),
      ready.toSorted(),
    );
    for (const { id } of later) await call(server, 'DELETE', `exports/${id}`);
    assert.equal(await server.stop('SIGTERM'), 0);
  }
  context.diagnostic(`${cutOff} of ${RUNS} exports that somebody waited for were cut off`);
  assert.ok(cutOff > 0);
});

test('exports that are pending or running when the server stops are created after its next start', async () => {
  using folder = temporaryFolder();
  const start = startIn(folder.path);
  await importInto(start, stones(100_000));
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await using server = await start();
    const running = await ask(server, 'database', { format: 'zip', file_name: signal }, 'respond-async');
    const pending = await ask(server, 'table/stone', { file_name: signal }, 'respond-async');
    await eventually(async () => (await find(server, running)).status === 'running');
    await server.stop(signal);

    await using again = await start();
    for (const requested of [running, pending]) {
      await eventually(async () => (await find(again, requested)).status === 'ready');
      const made = await find(again, requested);
      assertComplete(join(folder.path, 'exports', 'example_project', made.id), made);
    }
    assert.equal(await again.stop('SIGTERM'), 0);
  }
});

test('an export during which the server ends three times is given up', async () => {
  using folder = temporaryFolder();
  const start = startIn(folder.path);
  await importInto(start, ENDLESS);
  let requested: Manifest | null = null;
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await using server = await start();
    const made: Manifest = requested ?? (await ask(server, 'table/endless', {}, 'respond-async'));
    await eventually(async () => (await find(server, made)).status === 'running');
    await server.stop('SIGKILL');
    requested = made;
  }
  await using server = await start();
  assert.ok(requested !== null);
  const { status, status_reason } = await find(server, requested);
  assert.equal(status, 'failed');
  assert.match(status_reason ?? '', /^unavailable: The service stopped before the export was finished/);
});

function startIn(folder: string): () => Promise<RunningCommand> {
  return () => startCommandServer({ ROWHOUSE_DATA_DIR: folder, ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN });
}

async function importInto(start: () => Promise<RunningCommand>, statements: string): Promise<void> {
  await using server = await start();
  const { status } = await fetch(`${server.url}/projects/example_project/import/sqlite?replace=true`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/octet-stream' },
    body: Uint8Array.from(databaseFile(statements)),
  });
  assert.equal(status, 201);
  assert.equal(await server.stop('SIGTERM'), 0);
}

async function call(
  server: RunningCommand,
  method: string,
  path: string,
  json?: unknown,
  prefer = '',
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reads the fields that it expects, and fails if one is missing
): Promise<any> {
  const response = await fetch(`${server.url}/projects/example_project/${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json', prefer },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  assert.ok(response.ok, text);
  return JSON.parse(text).data;
}

async function ask(server: RunningCommand, what: string, json: unknown, prefer: string): Promise<Manifest> {
  return (await call(server, 'POST', `export/${what}`, json, prefer)).export;
}

async function find(server: RunningCommand, { id }: Manifest): Promise<Manifest> {
  return (await call(server, 'GET', `exports/${id}`)).export;
}

async function eventuallyEnded(server: RunningCommand): Promise<readonly Manifest[]> {
  let made: readonly Manifest[] = [];
  await eventually(async () => {
    made = (await call(server, 'GET', 'exports?limit=500')).exports;
    return made.every(({ status }) => !['pending', 'running'].includes(status));
  });
  return made;
}

function assertComplete(path: string, { size_bytes, sha256, download_name, row_count }: Manifest): void {
  const bytes = readFileSync(path);
  assert.equal(bytes.byteLength, size_bytes);
  assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256);
  const extension = download_name.slice(download_name.lastIndexOf('.') + 1);
  switch (extension) {
    case 'json':
      JSON.parse(bytes.toString());
      break;
    case 'zip':
      assert.equal(spawnSync('unzip', ['-tqq', path]).status, 0);
      break;
    case 'sqlite':
      assert.equal(runSqliteShell(path, 'PRAGMA integrity_check;'), 'ok\n');
      break;
    case 'sql':
      assert.match(bytes.toString('utf8', bytes.byteLength - 100), /COMMIT;\s*(?:PRAGMA [^;]*;\s*)*$/);
      break;
    default:
      assert.equal(
        bytes.toString().trimEnd().split('\n').length,
        (row_count ?? 0) + (extension === 'csv' ? 1 : 0),
      );
  }
}
