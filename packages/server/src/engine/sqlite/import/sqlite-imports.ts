import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';

import type { Replayable } from '../../../core/idempotency.ts';
import type { ProjectRef } from '../../../core/project-ref.ts';
import { explainStorageError } from '../../../runtime/disk/explain-storage-error.ts';
import { isLostFile } from '../../../runtime/disk/is-lost-file.ts';
import { syncFile } from '../../../runtime/disk/sync.ts';
import type { QueueDepth } from '../../../runtime/queue-depth.ts';
import { ResourcePool } from '../../../runtime/resource-pool.ts';
import type { ImportOptions, ImportReport, Upload } from '../../engine.ts';
import { projectNotEmpty } from '../../project-not-empty.ts';
import type { SqliteExports } from '../exports/sqlite-exports.ts';
import type { DatabaseAccess } from '../projects/database-access.ts';
import type { ProjectDirectory } from '../projects/project-directory.ts';
import { RunningWork } from '../projects/running-work.ts';
import type { EngineHost } from '../protocol/engine-host.ts';
import { checkDatabaseFile, checkTimeLimitMs } from './check-database-file.ts';

/** The maximum number of running checks of uploaded files. Each keeps a core busy. */
const CHECKS_AT_ONCE = 2;

/** The parts of the engine that imports need, besides those of every operation. */
export interface ImportParts {
  readonly directory: ProjectDirectory;
  readonly access: DatabaseAccess;
  readonly exports: SqliteExports;
  /** Closes the connections to a project's database on every thread. */
  readonly closeEverywhere: (slug: string) => Promise<void>;
}

/** Uploads of database files, and their import as the databases of projects. */
export class SqliteImports {
  readonly #host: EngineHost;
  readonly #parts: ImportParts;
  readonly #running = new RunningWork();
  readonly #checks = new ResourcePool(Array.from({ length: CHECKS_AT_ONCE }, (_, slot) => slot));

  constructor(host: EngineHost, parts: ImportParts) {
    this.#host = host;
    this.#parts = parts;
  }

  /** The running and waiting checks. */
  get depth(): QueueDepth {
    return this.#checks.depth;
  }

  /** Cancels the running imports into a project. They reject with `reason`. */
  cancel(slug: string, reason: Error): void {
    this.#running.cancel(slug, reason);
  }

  async upload(project: ProjectRef, content: Readable, signal: AbortSignal): Promise<Upload> {
    const { directory } = this.#parts;
    const upload = directory.newUpload();
    try {
      await directory.writeUpload(project.slug, upload, { content, signal });
    } catch (error) {
      await directory.removeUpload(project.slug, upload);
      throw explainStorageError(error);
    }
    return upload;
  }

  async importDatabase(
    project: ProjectRef,
    upload: Upload,
    options: ImportOptions,
  ): Promise<Replayable<ImportReport>> {
    const { slug } = project;
    try {
      const before = await this.#findImport(project, options);
      if (before !== null) return before;
      return await this.#running.run(slug, options.signal, async (signal) => {
        const result = await this.#checkAndReplace(project, upload, { ...options, signal });
        return { result, replayOf: null };
      });
    } catch (error) {
      throw explainStorageError(error);
    } finally {
      await this.#parts.directory.removeUpload(slug, upload);
    }
  }

  async #findImport(
    project: ProjectRef,
    { request, replace }: ImportOptions,
  ): Promise<Replayable<ImportReport> | null> {
    if (request === null) return null;
    const { writers, writeLocks } = this.#host;
    const find = (path: string) => writers.request('findImport', { path, request });
    return this.#host.withDatabase(project, (path) =>
      writeLocks
        .exclusive(project.slug, () => find(path))
        .catch((error: unknown) => {
          // The stored keys are lost with the database; replacing it is allowed.
          if (replace && isLostFile(error)) return null;
          throw error;
        }),
    );
  }

  async #checkAndReplace(project: ProjectRef, upload: Upload, options: ImportOptions): Promise<ImportReport> {
    const { directory, access, exports } = this.#parts;
    const { slug } = project;
    const { signal } = options;
    const uploadPath = directory.uploadPath(slug, upload);
    const timeLimitMs = checkTimeLimitMs((await stat(uploadPath)).size);
    const checked = await this.#checks.use(() => checkDatabaseFile(uploadPath, { signal, timeLimitMs }));
    const { size: sizeBytes } = await stat(uploadPath);
    // Before exclusive access, because this writes most of the bytes to the disk.
    await syncFile(uploadPath);
    exports.stop(slug);
    return access.exclusive(slug, () => {
      access.assertNotDeleted(project);
      return this.#replace(slug, uploadPath, { ...checked, sizeBytes }, options);
    });
  }

  async #replace(
    slug: string,
    uploadPath: string,
    checked: Omit<ImportReport, 'replaced'>,
    { replace, request, signal }: ImportOptions,
  ): Promise<ImportReport> {
    signal.throwIfAborted();
    const { readers, writers } = this.#host;
    const { directory, closeEverywhere } = this.#parts;
    const path = directory.databasePath(slug);
    // A database that is too corrupt to be read may be replaced, but only on request.
    const tables = await readers.request('countTables', { path }).catch((error: unknown) => {
      if (replace) return 1;
      throw error;
    });
    if (tables > 0 && !replace) throw projectNotEmpty();
    await closeEverywhere(slug);
    signal.throwIfAborted();
    const report = { ...checked, replaced: tables > 0 };
    await writers.request('replaceDatabase', { path, uploadPath, request, report });
    return report;
  }
}
