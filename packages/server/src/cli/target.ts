import type { Readable } from 'node:stream';

/** What the import and export commands work on: a running server, or the data folder itself. */
export interface Target {
  /** Makes the project if it is not there. Returns the token of the one made just now, else null. */
  ensureProject(slug: string): Promise<{ readonly token: string } | null>;
  deleteProject(slug: string): Promise<void>;
  importDatabase(request: TargetImport): Promise<ImportSummary>;
  /** Hands an export to `receive`; the export itself does not outlive the call. */
  exportFile(request: TargetExport, receive: (download: ExportDownload) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface TargetImport {
  readonly project: string;
  readonly replace: boolean;
  readonly sizeBytes: number;
  readonly content: Readable;
}

export interface ImportSummary {
  readonly tables: number;
  readonly rows: number;
  readonly warnings: readonly { readonly message: string }[];
}

export interface TargetExport {
  readonly project: string;
  readonly kind: 'schema' | 'table' | 'database';
  /** Of a table export; else empty. */
  readonly table: string;
  /** Null for the default. */
  readonly format: string | null;
}

export interface ExportDownload {
  readonly content: Readable;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** What a reader of the file should know, or null. */
  readonly warning: string | null;
}
