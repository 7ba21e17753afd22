import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { type Duplex, PassThrough, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Config } from '../config.ts';
import { parseArguments, projectOption, targetOptions } from './arguments.ts';
import { CommandError } from './command-error.ts';
import { openTarget } from './open-target.ts';
import { showProgress } from './progress.ts';
import type { SchemaDownload } from './target.ts';
import { UsageError } from './usage-error.ts';

/** `rowhouse export schema --project SLUG [--format json|sql] [--out FILE]` */
export async function exportCommand(words: readonly string[], config: Config): Promise<number> {
  const { values, positionals } = parseArguments(words, {
    ...targetOptions,
    format: { type: 'string', default: 'json' },
    out: { type: 'string' },
  });
  if (positionals.length !== 1 || positionals[0] !== 'schema') {
    throw new UsageError('say what to export: rowhouse export schema --project SLUG');
  }
  const { format, out } = values;
  const project = projectOption(values.project);

  const target = await openTarget(config, { ...values, create: false });
  try {
    await target.exportSchema({ project, format }, async (download) => {
      if (out === undefined) await receive(download, [process.stdout], { end: false });
      else await receiveFile(download, out);
      if (download.warning !== null) process.stderr.write(`warning: ${download.warning}\n`);
    });
  } finally {
    await target.close();
  }
  return 0;
}

/** Written beside and renamed, so that a broken download never takes the place of a good file. */
async function receiveFile(download: SchemaDownload, path: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.draft`;
  const progress = showProgress(path, download.sizeBytes, process.stderr);
  try {
    await receive(download, [progress.counter, createWriteStream(draft, { flags: 'wx', flush: true })], {});
    await rename(draft, path);
  } finally {
    progress.finish();
    await rm(draft, { force: true });
  }
}

async function receive(
  { content, sha256 }: SchemaDownload,
  outputs: readonly (Duplex | Writable)[],
  options: { readonly end?: boolean },
): Promise<void> {
  const hash = createHash('sha256');
  const hashing = new PassThrough();
  hashing.on('data', (chunk: Buffer) => hash.update(chunk));
  await pipeline([content, hashing, ...outputs], options);
  if (hash.digest('hex') !== sha256)
    throw new CommandError('what arrived is not what was exported: its checksum differs');
}
