import type { IdempotentRequest, Replayable } from '../../../core/idempotency.ts';
import type { BatchOperation, BatchResult, ProjectBatches } from '../../project-batches.ts';
import type {
  AffectedRows,
  CreatedRecord,
  CreatedRecords,
  DeletedRecord,
  NewRecord,
  NewRecords,
  ProjectRecords,
  RecordChange,
  RecordFilter,
  RecordKey,
  RecordPage,
  RecordPageRequest,
  RecordRow,
  RecordsChange,
  TableReference,
} from '../../project-records.ts';
import type { EngineHost } from '../protocol/engine-host.ts';
import type {
  BatchWrites,
  BulkRecordWrites,
  PointMethods,
  RecordReads,
  RecordWrites,
  WriteMethods,
} from '../protocol/record-methods.ts';
import { isLeftToOthers } from './left-to-others.ts';
import { isShortPage } from './short-operations.ts';

/**
 * The rows of SQLite projects. What is short work, with one row or with a few along the key, is done on the project's point
 * thread; all else on the readers and writers, and what may have no end where it can be stopped: views and triggers.
 */
export class SqliteRecords implements ProjectRecords, ProjectBatches {
  readonly #host: EngineHost;

  constructor(host: EngineHost) {
    this.#host = host;
  }

  async list(project: string, table: TableReference, page: RecordPageRequest): Promise<RecordPage> {
    const found = await this.#host.withDatabase(project, async (path) => {
      const input = { path, table, page };
      const short = isShortPage(page) ? await this.#tryPoint(project, 'listRecords', input) : null;
      return short ?? this.#host.readers.request('listRecords', input);
    });
    return found ?? this.#readView(project, 'listRecords', (path) => ({ path, table, page }));
  }

  async get(project: string, table: TableReference, key: RecordKey): Promise<RecordRow> {
    const found = await this.#host.withDatabase(project, async (path) => {
      const input = { path, table, key };
      const short = await this.#tryPoint(project, 'getRecord', input);
      return short ?? this.#host.readers.request('getRecord', input);
    });
    return found ?? this.#readView(project, 'getRecord', (path) => ({ path, table, key }));
  }

  create(
    project: string,
    table: TableReference,
    record: NewRecord,
    request: IdempotentRequest | null,
  ): Promise<Replayable<CreatedRecord>> {
    return this.#writeOne(project, 'createRecord', (path) => ({ path, table, request, record }));
  }

  createMany(
    project: string,
    table: TableReference,
    records: NewRecords,
    request: IdempotentRequest | null,
  ): Promise<Replayable<CreatedRecords>> {
    return this.#writeMany(project, 'createRecords', (path) => ({ path, table, request, records }));
  }

  update(
    project: string,
    table: TableReference,
    change: RecordChange,
    request: IdempotentRequest | null,
  ): Promise<Replayable<RecordRow>> {
    return this.#writeOne(project, 'updateRecord', (path) => ({ path, table, request, change }));
  }

  delete(
    project: string,
    table: TableReference,
    key: RecordKey,
    request: IdempotentRequest | null,
  ): Promise<Replayable<DeletedRecord>> {
    return this.#writeOne(project, 'deleteRecord', (path) => ({ path, table, request, key }));
  }

  updateMany(
    project: string,
    table: TableReference,
    change: RecordsChange,
    request: IdempotentRequest | null,
  ): Promise<Replayable<AffectedRows>> {
    return this.#writeMany(project, 'updateRecords', (path) => ({ path, table, request, change }));
  }

  deleteMany(
    project: string,
    table: TableReference,
    filters: readonly RecordFilter[],
    request: IdempotentRequest | null,
  ): Promise<Replayable<AffectedRows>> {
    return this.#writeMany(project, 'deleteRecords', (path) => ({ path, table, request, filters }));
  }

  run(
    project: string,
    operations: readonly BatchOperation[],
    request: IdempotentRequest | null,
  ): Promise<Replayable<readonly BatchResult[]>> {
    return this.#writeOne(project, 'runBatch', (path) => ({ path, request, operations }));
  }

  /** A view may be read without end, so that is done where it is stopped. */
  #readView<Name extends keyof RecordReads>(
    project: string,
    operation: Name,
    inputAt: (path: string) => RecordReads[Name]['input'],
  ): Promise<RecordReads[Name]['output']> {
    return this.#host.withQueryProcess(project, NOBODY_LEAVES, (path, run) => run(operation, inputAt(path)));
  }

  /** What the point thread does not do, a writer does, alone. */
  async #writeOne<Name extends keyof (RecordWrites & BatchWrites)>(
    project: string,
    operation: Name,
    inputAt: (path: string) => (RecordWrites & BatchWrites)[Name]['input'],
  ): Promise<(RecordWrites & BatchWrites)[Name]['output']> {
    const { writeLocks, writers } = this.#host;
    const done = await this.#host.withDatabase(project, async (path) => {
      const input = inputAt(path);
      const short = await writeLocks.shared(project, () => this.#tryPoint(project, operation, input));
      return short ?? writeLocks.exclusive(project, () => writers.request(operation, input));
    });
    return done ?? this.#writeStoppably(project, operation, inputAt);
  }

  async #writeMany<Name extends keyof BulkRecordWrites>(
    project: string,
    operation: Name,
    inputAt: (path: string) => BulkRecordWrites[Name]['input'],
  ): Promise<BulkRecordWrites[Name]['output']> {
    const { writeLocks, writers } = this.#host;
    const done = await this.#host.withDatabase(project, (path) => {
      return writeLocks.exclusive(project, () => writers.request(operation, inputAt(path)));
    });
    return done ?? this.#writeStoppably(project, operation, inputAt);
  }

  /** A trigger may run without end. What is stopped has had no effect: its transaction was not committed. */
  #writeStoppably<Name extends keyof WriteMethods>(
    project: string,
    operation: Name,
    inputAt: (path: string) => WriteMethods[Name]['input'],
  ): Promise<WriteMethods[Name]['output']> {
    return this.#host.withWriteProcess(project, NOBODY_LEAVES, (path, run) => {
      return this.#host.writeLocks.exclusive(project, () => run(operation, inputAt(path)));
    });
  }

  /** Null where nothing was done: the work may be long, or the point thread was not given what it takes. */
  async #tryPoint<Name extends keyof PointMethods>(
    project: string,
    operation: Name,
    input: PointMethods[Name]['input'],
  ): Promise<PointMethods[Name]['output']> {
    try {
      return await this.#host.pointOf(project).request(operation, input);
    } catch (error) {
      if (isLeftToOthers(error)) return null;
      throw error;
    }
  }
}

/** Whether the client is still there is not asked: the time limit is close enough. */
const NOBODY_LEAVES = new AbortController().signal;
