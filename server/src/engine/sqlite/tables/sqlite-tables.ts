import type { ThreadPool } from '../../../threads/thread-pool.ts';
import type { Thread } from '../../../threads/thread.ts';
import type {
  IndexEntry,
  ListedTable,
  NewIndex,
  NewTable,
  ProjectTables,
  TableDetails,
} from '../../project-tables.ts';
import type { ReaderOperations, WriterOperations } from '../database-operations.ts';

/** What the engine lends to its tables. */
export interface TablesHost {
  readonly readers: ThreadPool<ReaderOperations>;
  writerOf(project: string): Thread<WriterOperations>;
  /** Runs an operation on the project's database while its file stays in its place. */
  withDatabase<T>(project: string, operation: (path: string) => Promise<T>): Promise<T>;
}

/** Tables of SQLite projects: reads on the reader threads, changes on the project's writer. */
export class SqliteTables implements ProjectTables {
  readonly #host: TablesHost;

  constructor(host: TablesHost) {
    this.#host = host;
  }

  list(project: string, { countRows }: { readonly countRows: boolean }): Promise<readonly ListedTable[]> {
    return this.#read(project, (path) => this.#host.readers.request('listTables', { path, countRows }));
  }

  get(project: string, table: string): Promise<TableDetails> {
    return this.#read(project, (path) => this.#host.readers.request('getTable', { path, table }));
  }

  create(project: string, table: NewTable): Promise<TableDetails> {
    return this.#write(project, (writer, path) => writer.request('createTable', { path, table }));
  }

  createIndex(project: string, table: string, index: NewIndex): Promise<IndexEntry> {
    return this.#write(project, (writer, path) => writer.request('createIndex', { path, table, index }));
  }

  dropIndex(project: string, table: string, index: string): Promise<string> {
    return this.#write(project, (writer, path) => writer.request('dropIndex', { path, table, index }));
  }

  /** A reader cannot give ids, so where some are missing the writer does, and the reader is asked again. */
  #read<T>(project: string, read: (path: string) => Promise<T | null>): Promise<T> {
    return this.#host.withDatabase(project, async (path) => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const found = await read(path);
        if (found !== null) return found;
        await this.#host.writerOf(project).request('adoptTables', { path });
      }
      throw new Error('another program changes the schema faster than it can be read');
    });
  }

  #write<T>(
    project: string,
    write: (writer: Thread<WriterOperations>, path: string) => Promise<T>,
  ): Promise<T> {
    return this.#host.withDatabase(project, (path) => write(this.#host.writerOf(project), path));
  }
}

/** Another program may make tables between the two; that it does so again and again is not worth waiting for. */
const ATTEMPTS = 5;
