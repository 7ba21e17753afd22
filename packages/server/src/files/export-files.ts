import type { Readable } from 'node:stream';

/** Identifies a stored file: its project and its export. */
export interface ExportFileKey {
  readonly project: string;
  readonly exportId: string;
}

/** Both ends are inclusive, in bytes from 0, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The port for storing export files. A file is first written to a draft path on the local disk. `publish` stores it,
 * complete and synced. Until then, no other method sees the file.
 */
export interface ExportFiles {
  /** The manifest's `storage_backend`. */
  readonly backend: 'local';

  /** Returns the path to write the file to before `publish`. */
  draftPath(key: ExportFileKey): Promise<string>;

  /** Stores the draft under its key. The file is on the disk when the promise resolves. */
  publish(key: ExportFileKey): Promise<void>;

  /** Returns the size in bytes, or null if the file does not exist. */
  sizeOf(key: ExportFileKey): Promise<number | null>;

  /** Returns the sizes in bytes of the project's existing files, by export id. */
  list(project: string): Promise<ReadonlyMap<string, number>>;

  /**
   * Shares the file of one export with another export of the same project, permanently. Returns false if the file does not
   * exist or cannot be shared.
   */
  share(from: ExportFileKey, to: ExportFileKey): Promise<boolean>;

  /** Returns the disk space of the project's files in bytes. A file shared by two exports counts once. */
  usedBytes(project: string): Promise<number>;

  /** Returns the projects that have files. */
  projects(): Promise<readonly string[]>;

  /** Returns whether the project's folder holds anything but drafts. */
  holdsFiles(project: string): Promise<boolean>;

  /** Removes the drafts that a crash left. */
  removeDrafts(project: string): Promise<void>;

  /** Returns the size of the draft in bytes, 0 without a draft. */
  draftSizeOf(key: ExportFileKey): Promise<number>;

  /** Opens the file; returns null if it does not exist. The caller reads the stream to its end or destroys it. */
  read(key: ExportFileKey, range: ByteRange): Promise<Readable | null>;

  /** Removes the file and its draft. A missing file is not an error. */
  remove(key: ExportFileKey): Promise<void>;

  /** Removes every file of the project. */
  removeProject(project: string): Promise<void>;
}
