import { Worker } from 'node:worker_threads';

import { moduleBeside } from '../../../threads/module-beside.ts';
import type { OperationReply, OperationRequest } from '../../../threads/protocol.ts';
import { type Handlers, runOperation } from '../../../threads/serve-operations.ts';
import { OpenDatabases } from '../open-databases.ts';
import { recordReads } from '../records/record-handlers.ts';
import { readFrameSync, writeFrameSync } from './frames.ts';
import type { WatchedProcess } from './process-watch.ts';
import { explainViewFault } from './query-fault.ts';
import type { QueryOperations } from './query-operations.ts';
import { runQuery } from './run-query.ts';

/** What a query process sends: that it can begin, and its answers. */
export type ProcessMessage =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'answer';
      readonly reply: OperationReply;
      /** That it holds so much memory that another should take its place. */
      readonly worn: boolean;
    };

const INPUT = 0;
const OUTPUT = 1;

/** What a request may leave behind: its memory may be kept by the allocator. */
const WORN_BYTES = 67_108_864;

// A view of an imported file may rely on double-quoted strings. A database is open for one request and no longer, so that
// nobody has to be asked to let go of a file.
const databases = new OpenDatabases(1, { mode: 'read-only', doubleQuotedStrings: true });

const { getRecord, listRecords } = recordReads(databases);

const handlers: Handlers<QueryOperations> = {
  runQuery,
  getRecord: (input) => readingView(() => getRecord(input)),
  listRecords: (input) => readingView(() => listRecords(input)),
};

const startBytes = process.memoryUsage.rss();
const watched: WatchedProcess = { startBytes, parentId: Number(process.argv[2]) };
// On a thread, as nothing else runs beside SQLite on its own.
new Worker(moduleBeside(import.meta.url, 'process-watch'), { workerData: watched }).unref();
send({ kind: 'ready' });
for (let request = receive(); request !== null; request = receive()) {
  const reply = runOperation(handlers, request);
  databases.closeAll();
  send({ kind: 'answer', reply, worn: process.memoryUsage.rss() > startBytes + WORN_BYTES });
}
process.exit();

function readingView<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw explainViewFault(error);
  }
}

function receive(): OperationRequest | null {
  return readFrameSync(INPUT) as OperationRequest | null;
}

function send(message: ProcessMessage): void {
  writeFrameSync(OUTPUT, message);
}
