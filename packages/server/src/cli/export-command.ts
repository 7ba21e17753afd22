import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, rename, rm } from 'node:fs/promises';
import { type Duplex, PassThrough, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Config } from '../core/config.ts';
import { parseArguments, projectOption, targetOptions } from './arguments.ts';
import { CommandError } from './command-error.ts';
import { openTarget } from './open-target.ts';
import { showProgress } from './progress.ts';
import type { ExportDownload, TargetExport } from './target.ts';
import { UsageError } from './usage-error.ts';

/** `rowhouse export schema|database|table [TABLE] --project SLUG [--format NAME] [--out FILE]` */
export async function exportCommand(words: readonly string[], config: Config): Promise<number> {
  const { values, positionals } = parseArguments(words, {
    ...targetOptions,
    format: { type: 'string' },
    out: { type: 'string' },
  });
  const { format = null, out } = values;
  const wanted = { ...whatToExport(positionals), project: projectOption(values.project), format };

  const mode = modeOfNewFiles();
  const target = await openTarget(config, { ...values, create: false });
  try {
    await target.exportFile(wanted, async (download) => {
      if (out === undefined) await receive(download, [process.stdout], { end: false });
      else await receiveFile(download, { path: out, mode });
      for (const note of download.notes) process.stderr.write(`warning: ${note}\n`);
    });
  } finally {
    await target.close();
  }
  return 0;
}

/** Returns the permissions that the user's umask gives a new file. Files in the data folder are private; the user's own files are not. */
function modeOfNewFiles(): number {
  // Node.js can read the umask only by setting it.
  const umask = process.umask(0o077);
  process.umask(umask);
  return 0o666 & ~umask;
}

/** @throws UsageError for a missing kind or too many arguments. */
function whatToExport([kind, table, ...others]: readonly string[]): Pick<TargetExport, 'kind' | 'table'> {
  if ((kind === 'schema' || kind === 'database') && table === undefined) return { kind, table: '' };
  if (kind === 'table' && table !== undefined && others.length === 0) return { kind, table };
  throw new UsageError('say what to export: rowhouse export schema|database|table TABLE --project SLUG');
}

/** Writes the file beside its final path and renames it, so a broken download never replaces a good file. */
async function receiveFile(
  download: ExportDownload,
  { path, mode }: { readonly path: string; readonly mode: number },
): Promise<void> {
  const draft = `${path}.${randomUUID()}.draft`;
  const progress = showProgress(path, download.sizeBytes, process.stderr);
  try {
    await receive(download, [progress.counter, createWriteStream(draft, { flags: 'wx', flush: true })], {});
    await chmod(draft, mode);
    await rename(draft, path);
  } finally {
    progress.finish();
    await rm(draft, { force: true });
  }
}

async function receive(
  { content, sha256 }: ExportDownload,
  outputs: readonly (Duplex | Writable)[],
  options: { readonly end?: boolean },
): Promise<void> {
  const hash = createHash('sha256');
  const hashing = new PassThrough();
  hashing.on('data', (chunk: Buffer) => hash.update(chunk));
  await pipeline([content, hashing, ...outputs], options);
  if (hash.digest('hex') !== sha256)
    throw new CommandError('the downloaded file is corrupt: its checksum differs from that of the export');
}
