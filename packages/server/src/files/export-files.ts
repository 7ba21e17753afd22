import type { Readable } from 'node:stream';

/** Names one stored file: the project it belongs to and the export it is. */
export interface ExportFileKey {
  readonly project: string;
  readonly exportId: string;
}

/** Both ends included, in bytes from 0, as HTTP counts them. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The port: where the files of exports are kept. A file is written to a draft path on the local disk first, and is
 * stored, whole and synced, by `publish`: until then it does not exist for any other method.
 */
export interface ExportFiles {
  /** As the manifest's `storage_backend` names it. */
  readonly backend: 'local';

  /** Where to write the file before it is published. */
  draftPath(key: ExportFileKey): Promise<string>;

  /** Stores the draft under its key for good: it is on the disk when the promise resolves. */
  publish(key: ExportFileKey): Promise<void>;

  /** The size in bytes, or null when the file is not there. */
  sizeOf(key: ExportFileKey): Promise<number | null>;

  /** The sizes in bytes of the project's files that are there, by the ids of their exports. */
  list(project: string): Promise<ReadonlyMap<string, number>>;

  /** Gives the file of one export to another of the same project, too, for good; false when it is not there, or cannot be shared. */
  share(from: ExportFileKey, to: ExportFileKey): Promise<boolean>;

  /** How many bytes the project's files take; what two exports share counts once. */
  usedBytes(project: string): Promise<number>;

  /** The projects that have files here. */
  projects(): Promise<readonly string[]>;

  /** Whether there is anything but drafts in the place of the project's files, whoever put it there. */
  holdsFiles(project: string): Promise<boolean>;

  /** Removes the drafts that nobody publishes any more: those that a crash left. */
  removeDrafts(project: string): Promise<void>;

  /** How many bytes of the draft there are, 0 for none. */
  draftSizeOf(key: ExportFileKey): Promise<number>;

  /** Opens the file, or null when it is not there. The caller reads the stream to its end or destroys it. */
  read(key: ExportFileKey, range: ByteRange): Promise<Readable | null>;

  /** Removes the file and its draft. Removing what is not there is no error. */
  remove(key: ExportFileKey): Promise<void>;

  /** Removes every file of the project's. */
  removeProject(project: string): Promise<void>;
}
