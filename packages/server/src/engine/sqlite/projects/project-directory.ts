import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { absentAsNull, hasCode } from '../../../runtime/disk/absent-as-null.ts';
import { syncDirectory } from '../../../runtime/disk/sync.ts';
import type { ProjectRegistry } from '../../project-registry.ts';
import { unknownProject } from '../../unknown-project.ts';
import { DATABASE_COMPANIONS } from '../connection/database-companions.ts';
import { holdsNothing } from './holds-nothing.ts';
import { readMark, removeMark, writeMark } from './unfinished-mark.ts';

const DATABASE_FILE = 'database.sqlite';
const UPLOAD_PREFIX = 'upload-';
/** No slug begins with a dot, so what is on its way out can never be taken for a project. */
const REMOVED_PREFIX = '.removed-';
/** Before a slug: a mark that the project of that slug is still being made. */
const UNFINISHED_PREFIX = '.unfinished-';

/** Names that only this code gives, uploads in the folder of a project. What has another may be anybody's, and stays. */
const UPLOAD = new RegExp(`^${UPLOAD_PREFIX}[a-z0-9-]+\\.sqlite(?:${DATABASE_COMPANIONS.join('|')})?$`);
const REMOVED = new RegExp(`^\\${REMOVED_PREFIX}[a-z0-9_-]+$`);
const UNFINISHED = new RegExp(`^\\${UNFINISHED_PREFIX}([a-z0-9_-]+)$`);

/** Where the files of the projects lie: a folder each, named by the slug, with the one database file in it. */
export class ProjectDirectory {
  readonly #root: string;
  readonly #registry: ProjectRegistry;

  constructor(root: string, registry: ProjectRegistry) {
    this.#root = root;
    this.#registry = registry;
  }

  databasePath(project: string): string {
    return join(this.#folder(project), DATABASE_FILE);
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
    return join(this.#folder(project), `${UPLOAD_PREFIX}${randomUUID()}.sqlite`);
  }

  /**
   * Whether the project's folder can be made: nothing is there, or only what a creation left of which no project came.
   * @throws RowhouseError `conflict` for anything else, which may be all that is left of a project.
   */
  async requireFree(project: string): Promise<void> {
    await this.#leftOf(project);
  }

  /** Makes the project's folder, marked as unfinished. @throws RowhouseError `conflict` as `requireFree` does. */
  async create(project: string): Promise<void> {
    if ((await this.#leftOf(project)) === 'abandoned') await this.remove(project);
    else await this.finish(project);
    const creationId = await this.#registry.beginCreation(project);
    await writeMark(this.#unfinishedMark(project), creationId);
    // Before the folder is there: no crash leaves a folder without its mark.
    await syncDirectory(this.#root);
    try {
      await mkdir(this.#folder(project), { mode: 0o700 });
    } catch (error) {
      // Nothing of this creation is there but the mark.
      await this.finish(project);
      throw hasCode(error, 'EEXIST') ? unknownProject(project) : error;
    }
    await syncDirectory(this.#root);
  }

  /** Whether the folder is marked as unfinished, and nobody's: no project came of the creation, or none can have. */
  async isAbandoned(project: string): Promise<boolean> {
    const creationId = await readMark(this.#unfinishedMark(project));
    if (creationId === null || (await this.#registry.isProject(project))) return false;
    const found = await absentAsNull(lstat(this.#folder(project)));
    if (found === null) return true;
    if (!found.isDirectory()) return false;
    if (await this.#registry.isAbandoned(project, creationId)) return true;
    // The mark is of another catalog, or was put here from a backup: only where nothing can be lost.
    return holdsNothing(this.#folder(project), DATABASE_FILE);
  }

  /** The project is there, and its folder stays. */
  async finish(project: string): Promise<void> {
    await removeMark(this.#unfinishedMark(project));
  }

  /** Moves the folder out of the way in one step, then removes it: a crash leaves no half a project. */
  async remove(project: string): Promise<void> {
    const removed = join(this.#root, `${REMOVED_PREFIX}${project}-${randomUUID()}`);
    try {
      await rename(this.#folder(project), removed);
      await syncDirectory(this.#root);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
    await rm(removed, { recursive: true, force: true });
    await this.finish(project);
  }

  /** Removes an upload and what SQLite made beside it. */
  async removeUpload(uploadPath: string): Promise<void> {
    await Promise.all(['', ...DATABASE_COMPANIONS].map((suffix) => rm(uploadPath + suffix, { force: true })));
  }

  /**
   * At the start: makes the root folder, and removes uploads, removals and creations that a crash cut short. Whatever cannot be
   * placed stays: a folder that is not marked as unfinished may be all that is left of a project.
   */
  async sweep(): Promise<void> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    for (const entry of await readdir(this.#root, { withFileTypes: true })) {
      const { name } = entry;
      const unfinished = entry.isFile() ? UNFINISHED.exec(name)?.[1] : undefined;
      if (unfinished !== undefined) await this.#sweepUnfinished(unfinished);
      else if (REMOVED.test(name)) await rm(join(this.#root, name), { recursive: true, force: true });
      else if (entry.isDirectory()) await this.#sweepUploads(name);
    }
  }

  async #sweepUnfinished(project: string): Promise<void> {
    if (await this.#registry.isProject(project)) await this.finish(project);
    else if (await this.isAbandoned(project)) await this.remove(project);
  }

  async #sweepUploads(project: string): Promise<void> {
    const folder = this.#folder(project);
    // A folder that cannot be read is not one that uploads were written to.
    const names = await readdir(folder).catch(() => []);
    const uploads = names.filter((name) => UPLOAD.test(name));
    if (uploads.length === 0 || !(await this.#registry.isProject(project))) return;
    await Promise.all(uploads.map((name) => rm(join(folder, name), { force: true })));
  }

  /** @throws RowhouseError `conflict`. */
  async #leftOf(project: string): Promise<'nothing' | 'abandoned'> {
    if ((await absentAsNull(lstat(this.#folder(project)))) === null) return 'nothing';
    if (await this.isAbandoned(project)) return 'abandoned';
    throw unknownProject(project);
  }

  #folder(project: string): string {
    return join(this.#root, project);
  }

  #unfinishedMark(project: string): string {
    return join(this.#root, UNFINISHED_PREFIX + project);
  }
}

function sizeOf({ size }: { readonly size: number }): number {
  return size;
}

/** It is there only now and then. */
function nothing(): number {
  return 0;
}
