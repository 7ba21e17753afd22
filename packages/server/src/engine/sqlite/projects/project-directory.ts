import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { syncDirectory } from '../../../runtime/disk/sync.ts';
import { DATABASE_COMPANIONS } from '../connection/database-companions.ts';

const DATABASE_FILE = 'database.sqlite';
const UPLOAD_PREFIX = 'upload-';
/** No slug begins with a dot, so what is on its way out can never be taken for a project. */
const REMOVED_PREFIX = '.removed-';
/** Before a slug: a mark that the project of that slug is still being made. */
const UNFINISHED_PREFIX = '.unfinished-';

/** Where the files of the projects lie: a folder each, named by the slug, with the one database file in it. */
export class ProjectDirectory {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  databasePath(project: string): string {
    return join(this.#root, project, DATABASE_FILE);
  }

  /** In bytes, with what SQLite has beside it. */
  async databaseSize(project: string): Promise<number> {
    const path = this.databasePath(project);
    const { size } = await stat(path);
    const companions = await Promise.all(
      DATABASE_COMPANIONS.map((suffix) => stat(path + suffix).then(sizeOf, nothing)),
    );
    return size + companions.reduce((sum, each) => sum + each, 0);
  }

  /** In the folder of the database, so that the upload can take its place by a rename. */
  newUploadPath(project: string): string {
    return join(this.#root, project, `${UPLOAD_PREFIX}${randomUUID()}.sqlite`);
  }

  /** Makes the project's folder, marked as unfinished; one that an unfinished attempt left is removed first. */
  async create(project: string): Promise<void> {
    await this.remove(project);
    await writeFile(this.#unfinishedMark(project), '');
    // Before the folder is there: no crash leaves a folder without its mark.
    await syncDirectory(this.#root);
    await mkdir(join(this.#root, project), { recursive: true, mode: 0o700 });
    await syncDirectory(this.#root);
  }

  /** The project is there, and its folder stays. */
  async finish(project: string): Promise<void> {
    await rm(this.#unfinishedMark(project), { force: true });
  }

  /** Moves the folder out of the way in one step, then removes it: a crash leaves no half a project. */
  async remove(project: string): Promise<void> {
    const removed = join(this.#root, `${REMOVED_PREFIX}${project}-${randomUUID()}`);
    try {
      await rename(join(this.#root, project), removed);
      await syncDirectory(this.#root);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
    await rm(removed, { recursive: true, force: true });
    await this.finish(project);
  }

  /** Removes an upload and what SQLite made beside it. */
  async removeUpload(uploadPath: string): Promise<void> {
    await Promise.all(['', ...DATABASE_COMPANIONS].map((suffix) => rm(uploadPath + suffix, { force: true })));
  }

  /**
   * At the start: makes the root folder, and removes uploads, removals and creations that a crash cut short. A folder that
   * is not marked as unfinished stays, whether there is such a project or not: it may be all that is left of one.
   */
  async sweep(isProject: (slug: string) => Promise<boolean>): Promise<void> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#root)) {
      if (name.startsWith(REMOVED_PREFIX)) await rm(join(this.#root, name), { recursive: true, force: true });
      else if (name.startsWith(UNFINISHED_PREFIX)) {
        await this.#sweepUnfinished(name.slice(UNFINISHED_PREFIX.length), isProject);
      } else await this.#sweepUploads(join(this.#root, name));
    }
  }

  async #sweepUnfinished(project: string, isProject: (slug: string) => Promise<boolean>): Promise<void> {
    if (await isProject(project)) await this.finish(project);
    else await this.remove(project);
  }

  #unfinishedMark(project: string): string {
    return join(this.#root, UNFINISHED_PREFIX + project);
  }

  async #sweepUploads(folder: string): Promise<void> {
    const entries = await readdir(folder).catch(() => []);
    const uploads = entries.filter((name) => name.startsWith(UPLOAD_PREFIX));
    await Promise.all(uploads.map((name) => rm(join(folder, name), { force: true })));
  }
}

function sizeOf({ size }: { readonly size: number }): number {
  return size;
}

/** It is there only now and then. */
function nothing(): number {
  return 0;
}
