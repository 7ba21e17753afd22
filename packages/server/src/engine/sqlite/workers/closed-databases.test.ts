import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import type { IdempotentRequest } from '../../../core/idempotency.ts';
import { moduleBeside } from '../../../runtime/threads/module-beside.ts';
import type { RpcReply, RpcRequest } from '../../../runtime/threads/protocol.ts';
import { openDatabaseFiles, openFilesUnknown } from '../../../testing/system/open-files.ts';
import { temporaryFolder } from '../../../testing/system/temporary-folder.ts';
import { nextEvent } from '../../../testing/system/waiting.ts';
import { runSqliteShell } from '../../../testing/tools/sqlite-shell.ts';
import { commitSizes } from './commit-sizes.ts';

const MAX_OPEN = 3;
const DATABASES = 20;

/** Classes whose instances belong to a connection. None may be left after the connection and its statements are gone. */
const KEPT = ['OpenDatabase', 'RecordDatabase', 'IdempotencyStore', 'ConnectionId', 'UpsertProbe'];

interface Call {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const request: IdempotentRequest = {
  key: 'k',
  scope: 'project',
  requestSha256: 'h',
  requestId: 'req_20261101T000000_000000Z_0123456789ab',
};
const table = { nameOrId: 't', allowed: null, valueFormat: 'plain', writtenRows: 'whole' } as const;
const key = { whole: '1', parts: ['1'] };
const row = { name: 'x' };
const page = {
  filters: [],
  sort: null,
  descending: false,
  limit: 10,
  offset: 0,
  after: null,
  columns: null,
  countAll: false,
};
const record = { row, field: 'body', onConflict: null };
const records = { rows: [row], field: 'body.rows', onConflict: null, returning: true };

/** Requests to each thread for every database, so that it creates everything that it caches. */
const CALLS: Readonly<Record<string, readonly Call[]>> = {
  point: [
    { operation: 'getRecord', input: { table, key } },
    { operation: 'createRecord', input: { table, record, request } },
    { operation: 'listRecords', input: { table, page } },
  ],
  writer: [
    { operation: 'createRecords', input: { table, records, request } },
    { operation: 'findImport', input: { request: { ...request, key: 'import' } } },
  ],
  reader: [
    { operation: 'listRecords', input: { table, page } },
    { operation: 'contentVersion', input: {} },
    { operation: 'countTables', input: {} },
  ],
};

for (const [thread, calls] of Object.entries(CALLS)) {
  test(
    `a ${thread} thread releases everything about closed databases`,
    { skip: openFilesUnknown },
    async () => {
      using folder = temporaryFolder();
      const worker = new Worker(moduleBeside(import.meta.url, `${thread}-thread`), {
        workerData: { maxOpenDatabases: MAX_OPEN, commitSizes: commitSizes().memory },
      });
      try {
        for (const path of databasesIn(folder.path)) {
          // One after another: each has its own transaction.
          for (const { operation, input } of calls)
            await call(worker, { operation, input: { path, ...input } });
        }
        assert.equal(new Set(openDatabaseFiles(folder.path)).size, MAX_OPEN);
        const kept = await instancesIn(worker, KEPT);
        assert.equal(kept.get('OpenDatabase'), MAX_OPEN, 'those that are open');
        assert.ok((kept.get('RecordDatabase') ?? 0) > 0, 'what is kept is known by its class');
        for (const [name, count] of kept) assert.ok(count <= MAX_OPEN, `${count} of ${name}`);
      } finally {
        worker.postMessage('close');
        await once(worker, 'exit');
      }
    },
  );
}

function databasesIn(folder: string): readonly string[] {
  const first = join(folder, '0.sqlite');
  runSqliteShell(
    first,
    "PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'a');",
  );
  return Array.from({ length: DATABASES }, (_, index) => {
    const path = join(folder, `${index}.sqlite`);
    if (index > 0) copyFileSync(first, path);
    return path;
  });
}

async function call(worker: Worker, { operation, input }: Call): Promise<void> {
  const requested: readonly RpcRequest[] = [{ id: 1, operation, input }];
  worker.postMessage(requested);
  const [replies] = (await nextEvent(worker, 'message')) as [readonly RpcReply[]];
  const [reply] = replies;
  assert.ok(reply?.ok === true && !isHandedOn(reply.output), JSON.stringify(replies));
}

function isHandedOn(output: unknown): boolean {
  return typeof output === 'object' && output !== null && 'kind' in output && output.kind === 'needs';
}

interface HeapSnapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: readonly string[] } };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/** The number of instances of each class in the thread's heap. A snapshot collects garbage first. */
async function instancesIn(worker: Worker, classes: readonly string[]): Promise<ReadonlyMap<string, number>> {
  // The first collection releases what SQLite's statements hold, which is garbage for the second.
  for await (const _ of await worker.getHeapSnapshot());
  const heap = (await json(await worker.getHeapSnapshot())) as HeapSnapshot;
  const fields = heap.snapshot.meta.node_fields;
  const [type, name] = [fields.indexOf('type'), fields.indexOf('name')];
  const counts = new Map(classes.map((each) => [each, 0]));
  for (let node = 0; node < heap.nodes.length; node += fields.length) {
    if (heap.nodes[node + type] !== OBJECT) continue;
    const named = heap.strings[heap.nodes[node + name] ?? 0] ?? '';
    const count = counts.get(named);
    if (count !== undefined) counts.set(named, count + 1);
  }
  return counts;
}

/** The node type of an object that is named after its class. */
const OBJECT = 3;
