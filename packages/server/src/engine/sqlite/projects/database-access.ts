import { NoSuchProjectError } from '../../../core/errors.ts';
import type { ProjectRef } from '../../../core/project-ref.ts';
import { explainStorageError } from '../../../runtime/disk/explain-storage-error.ts';
import { KeyedReadWriteLock } from '../../../runtime/keyed-read-write-lock.ts';
import { LruMap } from '../../../runtime/lru-map.ts';
import type { ProjectDirectory } from './project-directory.ts';

/** An operation that waits while its project is deleted is refused, unless it waits for this many further deletions. */
const DELETED_KEPT = 10_000;

/**
 * Controls access to the database files. Operations on a database share access to its file; moving or removing the file takes
 * exclusive access. An operation that waited while its project was deleted does not reach the next project with the slug.
 */
export class DatabaseAccess {
  readonly #directory: ProjectDirectory;
  readonly #locks = new KeyedReadWriteLock();
  /** The id of the last deleted project, by slug. Ids increase. */
  readonly #deletedIds = new LruMap<string, number>({ capacity: DELETED_KEPT });

  constructor(directory: ProjectDirectory) {
    this.#directory = directory;
  }

  /**
   * Runs an operation on the project's database, whose file stays in place meanwhile.
   * @throws RowhouseError `not_found` if the project was deleted; `unavailable` after `close`.
   */
  shared<T>(project: ProjectRef, operation: (path: string) => Promise<T>): Promise<T> {
    const path = this.#directory.databasePath(project.slug);
    return explained(
      this.#locks.shared(project.slug, async () => {
        this.assertNotDeleted(project);
        return operation(path);
      }),
    );
  }

  /** Runs an operation that no other operation on a database of this slug overlaps. @throws RowhouseError `unavailable` after `close`. */
  exclusive<T>(slug: string, operation: () => Promise<T>): Promise<T> {
    return explained(this.#locks.exclusive(slug, operation));
  }

  markDeleted({ slug, id }: ProjectRef): void {
    this.#deletedIds.set(slug, Math.max(id, this.#deletedIds.peek(slug) ?? 0));
  }

  /** @throws RowhouseError `not_found`. */
  assertNotDeleted({ slug, id }: ProjectRef): void {
    if (id <= (this.#deletedIds.peek(slug) ?? 0)) throw new NoSuchProjectError();
  }

  /** Waits for running operations and refuses new ones. */
  close(): Promise<void> {
    return this.#locks.close();
  }
}

async function explained<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw explainStorageError(error);
  }
}
