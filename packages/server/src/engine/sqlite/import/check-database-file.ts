import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { moduleBeside } from '../../../runtime/threads/module-beside.ts';
import { type ErrorMessage, errorFromMessage } from '../../../runtime/threads/protocol.ts';
import type { ImportReport } from '../../engine.ts';
import { childEnvironment } from '../processes/child-environment.ts';
import { leastPrivilege } from '../processes/least-privilege.ts';
import { corruptDatabase } from './corrupt-database.ts';
import { checkHeader } from './database-header.ts';

/** The result of a successful check. */
export type CheckedDatabase = Pick<ImportReport, 'tables' | 'rows' | 'warnings'>;

/** The line of JSON that the checking process prints. */
export type CheckResult =
  | { readonly kind: 'sound'; readonly database: CheckedDatabase }
  | { readonly kind: 'unsound'; readonly message: string }
  /** The check failed for a reason outside the file, such as a full disk. */
  | { readonly kind: 'failed'; readonly error: ErrorMessage };

const MAX_RESULT_BYTES = 1_048_576;

/**
 * Checks an uploaded file in a separate process that can be killed: a check of gigabytes takes minutes, and a file that crashes
 * SQLite crashes only that process. Switches the file to WAL mode.
 * @throws RowhouseError `validation_failed`, with the defect, if the file is not a sound SQLite database.
 */
export async function checkDatabaseFile(
  path: string,
  { signal, timeLimitMs }: { readonly signal: AbortSignal; readonly timeLimitMs: number },
): Promise<CheckedDatabase> {
  signal.throwIfAborted();
  const warnings = await checkHeader(path);
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
      return { ...result.database, warnings: [...warnings, ...result.database.warnings] };
    case 'unsound':
      throw corruptDatabase(result.message);
    case 'failed':
      throw errorFromMessage(result.error);
  }
}

/** The CHECK constraints of the file run on every row, so the file decides how long they take. */
const CHECK_MIN_MS = 60_000;
const CHECK_BYTES_PER_MS = 1_024;

/** The time limit for a file of this size: a minute, plus about a second per MiB. */
export function checkTimeLimitMs(sizeBytes: number): number {
  return CHECK_MIN_MS + Math.ceil(sizeBytes / CHECK_BYTES_PER_MS);
}

/** A check that exceeds its memory limit prints so before it ends. A check that crashed or was stopped prints nothing. */
function answerBeforeDeath(error: unknown, timeLimitMs: number): { readonly stdout: string } {
  if (!(error instanceof Error && 'signal' in error && typeof error.signal === 'string')) throw error;
  const answered = 'stdout' in error && typeof error.stdout === 'string' ? error.stdout : '';
  if (answered === '')
    throw corruptDatabase(
      `SQLite did not finish checking the file within ${Math.ceil(timeLimitMs / 1_000)} seconds.`,
    );
  return { stdout: answered };
}
