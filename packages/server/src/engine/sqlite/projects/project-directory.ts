import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { absentAsNull, hasCode } from '../../../runtime/disk/absent-as-null.ts';
import { syncDirectory } from '../../../runtime/disk/sync.ts';
import type { Upload } from '../../engine.ts';
import type { ProjectRegistry } from '../../project-registry.ts';
import { unknownProject } from '../../unknown-project-files.ts';
import { DATABASE_COMPANIONS } from '../connection/database-companions.ts';
import { holdsNothing } from './holds-nothing.ts';
import { readMarker, removeMarker, writeMarker } from './unfinished-marker.ts';

const DATABASE_FILE = 'database.sqlite';
const UPLOAD_PREFIX = 'upload-';
/** No slug begins with a dot, so no removed folder is taken for a project. */
const REMOVED_PREFIX = '.removed-';
/** Precedes a slug: marks the folder of a project whose creation has not finished. */
const UNFINISHED_PREFIX = '.unfinished-';

/** Only this code uses these names. Files with other names may belong to the owner, and stay. */
const UPLOAD = new RegExp(`^${UPLOAD_PREFIX}[a-z0-9-]+\\.sqlite(?:${DATABASE_COMPANIONS.join('|')})?$`);
const REMOVED = new RegExp(`^\\${REMOVED_PREFIX}[a-z0-9_-]+$`);
const UNFINISHED = new RegExp(`^\\${UNFINISHED_PREFIX}([a-z0-9_-]+)$`);

/** The folders of the projects, each named by the slug and holding one database file. */
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

  /** Returns the size in bytes, with the files that SQLite keeps beside the database. */
  async databaseSize(project: string): Promise<number> {
    const path = this.databasePath(project);
    const { size } = await stat(path);
    const companions = await Promise.all(
      DATABASE_COMPANIONS.map((suffix) => stat(path + suffix).then(sizeOf, nothing)),
    );
    return size + companions.reduce((sum, each) => sum + each, 0);
  }

  newUpload(): Upload {
    return { id: randomUUID() };
  }

  /** Returns a path in the folder of the database, so that a rename can put the upload in its place. */
  uploadPath(project: string, { id }: Upload): string {
    return join(this.#folder(project), `${UPLOAD_PREFIX}${id}.sqlite`);
  }

  async writeUpload(
    project: string,
    upload: Upload,
    { content, signal }: { readonly content: Readable; readonly signal: AbortSignal },
  ): Promise<void> {
    const path = this.uploadPath(project, upload);
    // Without a pause before it, in which an error of the content would have no listener.
    await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal });
  }

  /**
   * Asserts that the project's folder can be created: it does not exist, or an unfinished creation left it.
   * @throws RowhouseError `conflict` otherwise, because the folder may hold the only copy of a project.
   */
  async requireFree(project: string): Promise<void> {
    await this.#leftOf(project);
  }

  /** Creates the project's folder, marked as unfinished. @throws RowhouseError `conflict` as `requireFree` does. */
  async create(project: string): Promise<void> {
    if ((await this.#leftOf(project)) === 'abandoned') await this.remove(project);
    else await this.finish(project);
    const creationId = await this.#registry.beginCreation(project);
    await writeMarker(this.#markerPath(project), creationId);
    // Before the folder is created, so no crash leaves a folder without its marker file.
    await syncDirectory(this.#root);
    try {
      await mkdir(this.#folder(project), { mode: 0o700 });
    } catch (error) {
      // Only the marker file exists.
      await this.finish(project);
      throw hasCode(error, 'EEXIST') ? unknownProject(project) : error;
    }
    await syncDirectory(this.#root);
  }

  /** Returns whether an unfinished creation left the folder and no project uses it. */
  async isAbandoned(project: string): Promise<boolean> {
    const creationId = await readMarker(this.#markerPath(project));
    if (creationId === null || (await this.#registry.isProject(project))) return false;
    const found = await absentAsNull(lstat(this.#folder(project)));
    if (found === null) return true;
    if (!found.isDirectory()) return false;
    if (await this.#registry.isAbandoned(project, creationId)) return true;
    // The marker file belongs to another catalog or came from a backup, so the folder must be empty of data.
    return holdsNothing(this.#folder(project), DATABASE_FILE);
  }

  /** Marks the creation as finished. */
  async finish(project: string): Promise<void> {
    await removeMarker(this.#markerPath(project));
  }

  /** Renames the folder, then removes it, so a crash leaves no incomplete project. */
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

  /** Removes an upload and the files that SQLite created beside it. */
  async removeUpload(project: string, upload: Upload): Promise<void> {
    const path = this.uploadPath(project, upload);
    await Promise.all(['', ...DATABASE_COMPANIONS].map((suffix) => rm(path + suffix, { force: true })));
  }

  /**
   * Creates the root folder, and removes the uploads, removed folders and unfinished creations that a crash left. Everything
   * else stays: a folder without a marker file may hold the only copy of a project.
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
    // A folder that cannot be read holds no uploads of this service.
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

  #markerPath(project: string): string {
    return join(this.#root, UNFINISHED_PREFIX + project);
  }
}

function sizeOf({ size }: { readonly size: number }): number {
  return size;
}

/** For a companion file that does not exist. */
function nothing(): number {
  return 0;
}
