import type { IdempotentRequest, Replayable } from '../../../core/idempotency.ts';
import type { ProjectRef } from '../../../core/project-ref.ts';
import type { ThreadPool } from '../../../runtime/threads/thread-pool.ts';
import type {
  ColumnChange,
  ColumnEntry,
  IndexEntry,
  ListedTable,
  NewColumn,
  NewIndex,
  NewTable,
  ProjectTables,
  TableChange,
  TableDetails,
  TableEntry,
} from '../../project-tables.ts';
import type { WriterMethods } from '../protocol/database-methods.ts';
import type { EngineHost } from '../protocol/engine-host.ts';
import type { Routed } from '../protocol/routed.ts';

/** The tables of SQLite projects. Readers read them; a writer changes them alone. */
export class SqliteTables implements ProjectTables {
  readonly #host: EngineHost;

  constructor(host: EngineHost) {
    this.#host = host;
  }

  list(project: ProjectRef, { countRows }: { readonly countRows: boolean }): Promise<readonly ListedTable[]> {
    return this.#read(project, (path) => this.#host.readers.request('listTables', { path, countRows }));
  }

  get(project: ProjectRef, table: string): Promise<TableDetails> {
    return this.#read(project, (path) => this.#host.readers.request('getTable', { path, table }));
  }

  create(
    project: ProjectRef,
    table: NewTable,
    request: IdempotentRequest | null,
  ): Promise<Replayable<TableDetails>> {
    return this.#write(project, (writers, path) => writers.request('createTable', { path, request, table }));
  }

  update(
    project: ProjectRef,
    table: string,
    change: TableChange,
    request: IdempotentRequest | null,
  ): Promise<Replayable<TableEntry>> {
    return this.#write(project, (writers, path) =>
      writers.request('changeTable', { path, request, table, change }),
    );
  }

  drop(
    project: ProjectRef,
    table: string,
    { cascade }: { readonly cascade: boolean },
    request: IdempotentRequest | null,
  ): Promise<Replayable<string>> {
    return this.#write(project, (writers, path) =>
      writers.request('dropTable', { path, request, table, cascade }),
    );
  }

  addColumn(
    project: ProjectRef,
    table: string,
    column: NewColumn,
    request: IdempotentRequest | null,
  ): Promise<Replayable<ColumnEntry>> {
    return this.#write(project, (writers, path) =>
      writers.request('addColumn', { path, request, table, column }),
    );
  }

  changeColumns(
    project: ProjectRef,
    table: string,
    changes: readonly ColumnChange[],
    request: IdempotentRequest | null,
  ): Promise<Replayable<readonly ColumnEntry[]>> {
    return this.#write(project, (writers, path) =>
      writers.request('changeColumns', { path, request, table, changes }),
    );
  }

  dropColumn(
    project: ProjectRef,
    table: string,
    column: string,
    request: IdempotentRequest | null,
  ): Promise<Replayable<string>> {
    return this.#write(project, (writers, path) =>
      writers.request('dropColumn', { path, request, table, column }),
    );
  }

  createIndex(
    project: ProjectRef,
    table: string,
    index: NewIndex,
    request: IdempotentRequest | null,
  ): Promise<Replayable<IndexEntry>> {
    return this.#write(project, (writers, path) =>
      writers.request('createIndex', { path, request, table, index }),
    );
  }

  dropIndex(
    project: ProjectRef,
    table: string,
    index: string,
    request: IdempotentRequest | null,
  ): Promise<Replayable<string>> {
    return this.#write(project, (writers, path) =>
      writers.request('dropIndex', { path, request, table, index }),
    );
  }

  /** A reader cannot assign ids. If one is missing, a writer assigns it and the read is repeated. */
  #read<T>(project: ProjectRef, read: (path: string) => Promise<Routed<T, 'writer'>>): Promise<T> {
    return this.#host.withDatabase(project, async (path) => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const found = await read(path);
        if (found.kind === 'done') return found.result;
        await this.#alone(project, (writers) => writers.request('syncMetadata', { path }));
      }
      throw new Error('another program changes the schema while it is read');
    });
  }

  #write<T>(
    project: ProjectRef,
    write: (writers: ThreadPool<WriterMethods>, path: string) => Promise<T>,
  ): Promise<T> {
    return this.#host.withDatabase(project, (path) =>
      this.#alone(project, (writers) => write(writers, path)),
    );
  }

  #alone<T>(project: ProjectRef, change: (writers: ThreadPool<WriterMethods>) => Promise<T>): Promise<T> {
    return this.#host.writeLocks.exclusive(project.slug, () => change(this.#host.writers));
  }
}

/** Another program may create a table between the two steps. */
const ATTEMPTS = 5;
