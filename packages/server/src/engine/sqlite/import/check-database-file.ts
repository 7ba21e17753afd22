import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { moduleBeside } from '../../../runtime/threads/module-beside.ts';
import { type ErrorMessage, errorFromMessage } from '../../../runtime/threads/protocol.ts';
import type { ImportReport } from '../../engine.ts';
import { childEnvironment } from '../processes/child-environment.ts';
import { leastPrivilege } from '../processes/least-privilege.ts';
import { corruptDatabase } from './corrupt-database.ts';
import { refuseUnreadableHeader } from './database-header.ts';

/** What is known of a database file once it has been checked. */
export type CheckedDatabase = Pick<ImportReport, 'tables' | 'rows' | 'warnings'>;

/** What the checking process prints, as one line of JSON. */
export type CheckResult =
  | { readonly kind: 'sound'; readonly database: CheckedDatabase }
  | { readonly kind: 'unsound'; readonly message: string }
  /** The check could not be done, for a reason that is not in the file: a full disk, say. */
  | { readonly kind: 'fault'; readonly error: ErrorMessage };

const MAX_RESULT_BYTES = 1_048_576;

/**
 * Checks a file that somebody sent, in a process of its own that can be killed: a check of gigabytes takes minutes, and
 * a file made to harm SQLite harms nobody else there. Leaves the file in WAL mode.
 * @throws RowhouseError `validation_failed`, naming what is wrong, when the file is no sound SQLite database.
 */
export async function checkDatabaseFile(
  path: string,
  { signal, timeLimitMs }: { readonly signal: AbortSignal; readonly timeLimitMs: number },
): Promise<CheckedDatabase> {
  signal.throwIfAborted();
  await refuseUnreadableHeader(path);
  const script = moduleBeside(import.meta.url, 'check-process');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...leastPrivilege({ read: [path], write: [path] }), fileURLToPath(script), path],
    {
      signal,
      timeout: timeLimitMs,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_RESULT_BYTES,
      env: childEnvironment(),
    },
  ).catch((error: unknown) => {
    signal.throwIfAborted();
    return answerBeforeDeath(error, timeLimitMs);
  });
  const result = JSON.parse(stdout) as CheckResult;
  switch (result.kind) {
    case 'sound':
      return result.database;
    case 'unsound':
      throw corruptDatabase(result.message);
    case 'fault':
      throw errorFromMessage(result.error);
  }
}

/** A file's CHECKs are tried on each of its rows, and one may take longer than anybody should wait for. */
const CHECK_MIN_MS = 60_000;
const CHECK_BYTES_PER_MS = 1_024;

/** How long the check of a file of this size may take: a minute, and a second for each MiB or so. */
export function checkTimeLimitMs(sizeBytes: number): number {
  return CHECK_MIN_MS + Math.ceil(sizeBytes / CHECK_BYTES_PER_MS);
}

/**
 * A check that takes too much memory says so and ends its own process; one that made SQLite crash, or that was stopped, says
 * nothing.
 */
function answerBeforeDeath(error: unknown, timeLimitMs: number): { readonly stdout: string } {
  if (!(error instanceof Error && 'signal' in error && typeof error.signal === 'string')) throw error;
  const answered = 'stdout' in error && typeof error.stdout === 'string' ? error.stdout : '';
  if (answered === '')
    throw corruptDatabase(
      `SQLite did not finish checking the file within ${Math.ceil(timeLimitMs / 1_000)} seconds.`,
    );
  return { stdout: answered };
}
