import type { Readable } from 'node:stream';

/** The target of a command: a running server, or the data folder. */
export interface Target {
  /** Creates the project if it does not exist. Returns the token of a created project, else null. */
  ensureProject(slug: string): Promise<{ readonly token: string } | null>;
  deleteProject(slug: string): Promise<void>;
  importDatabase(request: TargetImport): Promise<ImportSummary>;
  /** Passes an export to `receive`. The export is deleted after the call. */
  exportFile(request: TargetExport, receive: (download: ExportDownload) => Promise<void>): Promise<void>;
  /** Returns a new admin token, which replaces the earlier one. */
  replaceAdminToken(): Promise<string>;
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
  /** For a table export; otherwise empty. */
  readonly table: string;
  /** Null for the default. */
  readonly format: string | null;
}

export interface ExportDownload {
  readonly content: Readable;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** What the file leaves out or cannot express. */
  readonly notes: readonly string[];
}
