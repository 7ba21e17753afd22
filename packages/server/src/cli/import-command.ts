import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';

import type { Config } from '../core/config.ts';
import { parseArguments, projectOption, targetOptions } from './arguments.ts';
import { CommandError } from './command-error.ts';
import { openTarget } from './open-target.ts';
import { showProgress } from './progress.ts';
import type { ImportSummary, Target } from './target.ts';
import { UsageError } from './usage-error.ts';

/** `rowhouse import FILE --project SLUG [--create] [--replace]` */
export async function importCommand(words: readonly string[], config: Config): Promise<number> {
  const { values, positionals } = parseArguments(words, {
    ...targetOptions,
    create: { type: 'boolean', default: false },
    replace: { type: 'boolean', default: false },
  });
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0)
    throw new UsageError('expected one file: rowhouse import FILE --project SLUG');
  const request = { file, project: projectOption(values.project), replace: values.replace };
  const stats = await stat(file);
  if (!stats.isFile()) throw new CommandError(`${file} is not a file`);
  await refuseIncompleteFile(file);

  const target = await openTarget(config, values);
  try {
    const created = values.create ? await target.ensureProject(request.project) : null;
    const summary = await importInto(target, { ...request, sizeBytes: stats.size, isNew: created !== null });
    report(request.project, summary);
    if (created !== null) process.stdout.write(`project token, shown only once: ${created.token}\n`);
  } finally {
    await target.close();
  }
  return 0;
}

/**
 * Refuses a database that has a log beside it: the file alone lacks what is in a write-ahead log, and has too much while there is a
 * rollback journal. https://www.sqlite.org/howtocorrupt.html#_backup_or_restore_while_a_transaction_is_active
 */
async function refuseIncompleteFile(file: string): Promise<void> {
  for (const log of [`${file}-wal`, `${file}-journal`]) {
    const found = await stat(log).catch(() => null);
    if (found === null || found.size === 0) continue;
    throw new CommandError(
      `${file} is incomplete without ${log}; close the program that uses the database, or copy it with: ` +
        `sqlite3 "${file}" ".backup copy.sqlite"`,
    );
  }
}

interface FileImport {
  readonly file: string;
  readonly sizeBytes: number;
  readonly project: string;
  readonly replace: boolean;
  /** Whether this import created the project. If the import fails, the command deletes the project again. */
  readonly isNew: boolean;
}

async function importInto(target: Target, request: FileImport): Promise<ImportSummary> {
  const { file, sizeBytes, project, replace, isNew } = request;
  const progress = showProgress(basename(file), sizeBytes, process.stderr);
  progress.counter.once('end', () => progress.note('checking…'));
  const source = createReadStream(file);
  // Passes an error of the file to the reader of the counter, even if the file fails before it is read.
  progress.counter.once('error', () => undefined);
  source.once('error', (error) => progress.counter.destroy(error));
  try {
    return await target.importDatabase({
      project,
      replace,
      sizeBytes,
      content: source.pipe(progress.counter),
    });
  } catch (error) {
    if (isNew) await removeAgain(target, project);
    throw error;
  } finally {
    source.destroy();
    // Otherwise, a server that refuses early would be awaited until it cuts the connection.
    progress.counter.destroy();
    progress.finish();
  }
}

/** Deletes the project again. The cause of the import's failure is the error; a failed deletion is only a warning. */
async function removeAgain(target: Target, project: string): Promise<void> {
  await target.deleteProject(project).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`warning: the project ${project} was created and could not be deleted: ${reason}\n`);
  });
}

function report(project: string, { tables, rows, warnings }: ImportSummary): void {
  process.stdout.write(`${project}: ${tables} tables, ${rows} rows\n`);
  for (const { message } of warnings) process.stderr.write(`warning: ${message}\n`);
}
