import type { IdempotentRequest, Replayable } from '../../../core/idempotency.ts';
import type { ProjectRef } from '../../../core/project-ref.ts';
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
import { RecordRouter } from './record-router.ts';
import { isShortPage } from './short-operations.ts';

/**
 * The rows of SQLite projects. Short operations, on one row or on a few rows along the key, run on the project's point thread,
 * and others on readers and writers. Operations that may never end, because of views or triggers, run in processes.
 */
export class SqliteRecords implements ProjectRecords, ProjectBatches {
  readonly #router: RecordRouter;

  constructor(host: EngineHost) {
    this.#router = new RecordRouter(host);
  }

  list(project: ProjectRef, table: TableReference, page: RecordPageRequest): Promise<RecordPage> {
    const start = isShortPage(page) ? 'point' : 'reader';
    return this.#router.read(project, 'listRecords', start, (path) => ({ path, table, page }));
  }

  get(project: ProjectRef, table: TableReference, key: RecordKey): Promise<RecordRow> {
    return this.#router.read(project, 'getRecord', 'point', (path) => ({ path, table, key }));
  }

  create(
    project: ProjectRef,
    table: TableReference,
    record: NewRecord,
    request: IdempotentRequest | null,
  ): Promise<Replayable<CreatedRecord>> {
    return this.#router.write(project, 'createRecord', (path) => ({ path, table, request, record }));
  }

  createMany(
    project: ProjectRef,
    table: TableReference,
    records: NewRecords,
    request: IdempotentRequest | null,
  ): Promise<Replayable<CreatedRecords>> {
    return this.#router.writeMany(project, 'createRecords', (path) => ({ path, table, request, records }));
  }

  update(
    project: ProjectRef,
    table: TableReference,
    change: RecordChange,
    request: IdempotentRequest | null,
  ): Promise<Replayable<RecordRow>> {
    return this.#router.write(project, 'updateRecord', (path) => ({ path, table, request, change }));
  }

  delete(
    project: ProjectRef,
    table: TableReference,
    key: RecordKey,
    request: IdempotentRequest | null,
  ): Promise<Replayable<DeletedRecord>> {
    return this.#router.write(project, 'deleteRecord', (path) => ({ path, table, request, key }));
  }

  updateMany(
    project: ProjectRef,
    table: TableReference,
    change: RecordsChange,
    request: IdempotentRequest | null,
  ): Promise<Replayable<AffectedRows>> {
    return this.#router.writeMany(project, 'updateRecords', (path) => ({ path, table, request, change }));
  }

  deleteMany(
    project: ProjectRef,
    table: TableReference,
    filters: readonly RecordFilter[],
    request: IdempotentRequest | null,
  ): Promise<Replayable<AffectedRows>> {
    return this.#router.writeMany(project, 'deleteRecords', (path) => ({ path, table, request, filters }));
  }

  run(
    project: ProjectRef,
    operations: readonly BatchOperation[],
    request: IdempotentRequest | null,
  ): Promise<Replayable<readonly BatchResult[]>> {
    return this.#router.write(project, 'runBatch', (path) => ({ path, request, operations }));
  }
}
