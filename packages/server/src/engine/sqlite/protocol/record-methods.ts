import type { IdempotentRequest, Replayable } from '../../../core/idempotency.ts';
import type { RpcMethods } from '../../../runtime/threads/protocol.ts';
import type { BatchOperation, BatchResult } from '../../project-batches.ts';
import type {
  AffectedRows,
  CreatedRecord,
  CreatedRecords,
  DeletedRecord,
  NewRecord,
  NewRecords,
  RecordChange,
  RecordFilter,
  RecordKey,
  RecordPage,
  RecordPageRequest,
  RecordRow,
  RecordsChange,
  TableReference,
} from '../../project-records.ts';
import type { NextWorker, Routed } from './routed.ts';

/** The input that every operation on the rows of a table has. */
export interface RecordTarget {
  readonly path: string;
  readonly table: TableReference;
}

/** The input that every write has. */
export interface WriteTarget extends RecordTarget {
  /** Null without an idempotency key. */
  readonly request: IdempotentRequest | null;
}

/** The input of a batch. */
export interface BatchTarget {
  readonly path: string;
  readonly request: IdempotentRequest | null;
  readonly operations: readonly BatchOperation[];
}

/** Several operations in one transaction. */
export type BatchWrites = {
  readonly runBatch: { readonly input: BatchTarget; readonly output: Replayable<readonly BatchResult[]> };
};

/** Reads of one row or one page. */
export type RecordReads = {
  readonly getRecord: {
    readonly input: RecordTarget & { readonly key: RecordKey };
    readonly output: RecordRow;
  };
  readonly listRecords: {
    readonly input: RecordTarget & { readonly page: RecordPageRequest };
    readonly output: RecordPage;
  };
};

/** Writes of one row, found by its key. */
export type RecordWrites = {
  readonly createRecord: {
    readonly input: WriteTarget & { readonly record: NewRecord };
    readonly output: Replayable<CreatedRecord>;
  };
  readonly updateRecord: {
    readonly input: WriteTarget & { readonly change: RecordChange };
    readonly output: Replayable<RecordRow>;
  };
  readonly deleteRecord: {
    readonly input: WriteTarget & { readonly key: RecordKey };
    readonly output: Replayable<DeletedRecord>;
  };
};

/** Writes of many rows. */
export type BulkRecordWrites = {
  readonly createRecords: {
    readonly input: WriteTarget & { readonly records: NewRecords };
    readonly output: Replayable<CreatedRecords>;
  };
  readonly updateRecords: {
    readonly input: WriteTarget & { readonly change: RecordsChange };
    readonly output: Replayable<AffectedRows>;
  };
  readonly deleteRecords: {
    readonly input: WriteTarget & { readonly filters: readonly RecordFilter[] };
    readonly output: Replayable<AffectedRows>;
  };
};

/** The operations of a write process. */
export type WriteMethods = RecordWrites & BulkRecordWrites & BatchWrites;

/** The operations of a reader. It forwards those that may never end, such as reads of a view. */
export type BoundedRecordReads = Routing<RecordReads, 'process'>;

/** The operations of a writer. It forwards those that may never end. */
export type BoundedRecordWrites = Routing<WriteMethods, 'process'>;

/** The operations of the point thread. It forwards those that may take long. */
export type PointMethods = Routing<RecordReads, 'reader' | 'process'> &
  Routing<RecordWrites & BatchWrites, 'writer' | 'process'>;

/** The same methods on a worker that may forward an operation to another worker. */
type Routing<Methods extends RpcMethods, Worker extends NextWorker> = {
  readonly [Name in keyof Methods]: {
    readonly input: Methods[Name]['input'];
    readonly output: Routed<Methods[Name]['output'], Worker>;
  };
};
