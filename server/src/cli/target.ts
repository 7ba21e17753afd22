import type { Readable } from 'node:stream';

import { type Config, ConfigError } from '../config.ts';
import { RemoteTarget } from './remote-target.ts';
import { UsageError } from './usage-error.ts';

/** What the import and export commands work on: a running server, or the data folder itself. */
export interface Target {
  /** Makes the project if it is not there. Returns the token of the one made just now, else null. */
  ensureProject(slug: string): Promise<{ readonly token: string } | null>;
  deleteProject(slug: string): Promise<void>;
  importDatabase(request: TargetImport): Promise<ImportSummary>;
  /** Hands a schema export to `receive`; the export itself does not outlive the call. */
  exportSchema(
    request: { readonly project: string; readonly format: string },
    receive: (download: SchemaDownload) => Promise<void>,
  ): Promise<void>;
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

export interface SchemaDownload {
  readonly content: Readable;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** What a reader of the file should know, or null. */
  readonly warning: string | null;
}

/** A running server where one is named, by option or by setting; else the data folder. */
export async function openTarget(
  config: Config,
  options: { readonly url?: string | undefined; readonly token?: string | undefined },
): Promise<Target> {
  const url = options.url ?? config.url;
  if (url === null) return (await import('./local-target.ts')).openLocalTarget(config);
  const token = options.token ?? config.token;
  if (token === null) throw new UsageError('a running server wants a token: --token, or ROWHOUSE_TOKEN');
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new ConfigError(`--url must be an http:// or https:// address, not ${JSON.stringify(url)}`);
  }
  return new RemoteTarget(url, token);
}
