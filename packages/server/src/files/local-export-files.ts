import { link, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { absentAsNull, hasCode } from '../runtime/disk/absent-as-null.ts';
import { syncDirectory, syncFile } from '../runtime/disk/sync.ts';
import type { ByteRange, ExportFileKey, ExportFiles } from './export-files.ts';

const DRAFT_SUFFIX = '.draft';
/** Files that may remain beside an abandoned draft: SQLite's journal, and a copy of a database without its free pages. */
const DRAFT_COMPANIONS = ['-journal', '-compacted', '-compacted-journal'] as const;

/** Opens the store in a folder of the local disk. Creates the folder if it does not exist. */
export async function openLocalExportFiles(root: string): Promise<ExportFiles> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  return new LocalExportFiles(root);
}

/**
 * Has one folder per project and one file per export, named by the export's id. A client's file name never reaches the disk.
 */
class LocalExportFiles implements ExportFiles {
  readonly backend = 'local';
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async draftPath(key: ExportFileKey): Promise<string> {
    const folder = this.#folder(key.project);
    if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined)
      await syncDirectory(this.#root);
    return this.#path(key) + DRAFT_SUFFIX;
  }

  async publish(key: ExportFileKey): Promise<void> {
    const path = this.#path(key);
    await syncFile(path + DRAFT_SUFFIX);
    await rename(path + DRAFT_SUFFIX, path);
    await syncDirectory(this.#folder(key.project));
  }

  /** Creates a second name of the file (a hard link): the bytes are stored once, until both names are removed. */
  async share(from: ExportFileKey, to: ExportFileKey): Promise<boolean> {
    try {
      await link(this.#path(from), this.#path(to));
    } catch (error) {
      if (NOT_SHAREABLE.some((code) => hasCode(error, code))) return false;
      throw error;
    }
    await syncDirectory(this.#folder(to.project));
    return true;
  }

  /** Divides the size of a file by the number of its names. */
  async usedBytes(project: string): Promise<number> {
    let bytes = 0;
    for (const name of await namesOfFiles(this.#folder(project))) {
      const found = await absentAsNull(stat(join(this.#folder(project), name)));
      if (found !== null) bytes += found.size / found.nlink;
    }
    return Math.round(bytes);
  }

  async projects(): Promise<readonly string[]> {
    const entries = await readdir(this.#root, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && SLUG.test(entry.name)).map(({ name }) => name);
  }

  async holdsFiles(project: string): Promise<boolean> {
    const found = await absentAsNull(lstat(this.#folder(project)));
    if (found === null) return false;
    // A link may lead to what is kept on another disk.
    if (!found.isDirectory()) return true;
    const entries = await readdir(this.#folder(project), { withFileTypes: true });
    return entries.some((entry) => !(entry.isFile() && DRAFT.test(entry.name)));
  }

  async removeDrafts(project: string): Promise<void> {
    const folder = this.#folder(project);
    const drafts = (await namesOfFiles(folder)).filter((name) => DRAFT.test(name));
    await Promise.all(drafts.map((name) => rm(join(folder, name), { force: true })));
  }

  async draftSizeOf(key: ExportFileKey): Promise<number> {
    return (await absentAsNull(stat(this.#path(key) + DRAFT_SUFFIX)))?.size ?? 0;
  }

  async sizeOf(key: ExportFileKey): Promise<number | null> {
    const found = await absentAsNull(stat(this.#path(key)));
    return found === null ? null : found.size;
  }

  /** Reads one file after the other, so ten thousand files do not block Node's file threads. */
  async list(project: string): Promise<ReadonlyMap<string, number>> {
    const names = await namesOfFiles(this.#folder(project));
    const sizes = new Map<string, number>();
    for (const exportId of names.filter((name) => !name.includes(DRAFT_SUFFIX))) {
      const size = await this.sizeOf({ project, exportId });
      if (size !== null) sizes.set(exportId, size);
    }
    return sizes;
  }

  async read(key: ExportFileKey, range: ByteRange): Promise<Readable | null> {
    const file = await absentAsNull(open(this.#path(key), 'r'));
    if (file === null) return null;
    if (range.end >= range.start) return file.createReadStream({ start: range.start, end: range.end });
    // The range of an empty file ends before it starts, which Node's streams do not accept.
    await file.close();
    return Readable.from([]);
  }

  async remove(key: ExportFileKey): Promise<void> {
    const draft = this.#path(key) + DRAFT_SUFFIX;
    await Promise.all(['', ...DRAFT_COMPANIONS].map((suffix) => rm(draft + suffix, { force: true })));
    await rm(this.#path(key), { force: true });
  }

  async removeProject(project: string): Promise<void> {
    await rm(this.#folder(project), { recursive: true, force: true });
  }

  #folder(project: string): string {
    return join(this.#root, project);
  }

  #path(key: ExportFileKey): string {
    return join(this.#folder(key.project), key.exportId);
  }
}

/** Only the store uses these names: a draft, and the files that SQLite keeps beside it. */
const DRAFT = /^exp_\d{8}_\d{6}_[0-9a-f]{10}\.draft(?:-compacted)?(?:-journal|-wal|-shm)?$/;

/** Ignores other folders, such as `lost+found` if the store is a separate disk. */
const SLUG = /^[a-z0-9_-]+$/;

/** Returns an empty list if the folder does not exist. */
async function namesOfFiles(folder: string): Promise<readonly string[]> {
  const entries = (await absentAsNull(readdir(folder, { withFileTypes: true }))) ?? [];
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/**
 * The file does not exist, has the maximum number of names, or its file system has no hard links.
 * https://man7.org/linux/man-pages/man2/link.2.html
 */
const NOT_SHAREABLE = ['ENOENT', 'EMLINK', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];
