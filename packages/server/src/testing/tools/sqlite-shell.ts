import { spawnSync } from 'node:child_process';

/**
 * Runs text in the real sqlite3 shell, as `sqlite3 file < text` does.
 * @throws if the shell writes to standard error or exits with a status other than 0.
 */
export function runSqliteShell(file: string, input: string): string {
  const { status, stdout, stderr, error } = spawnSync('sqlite3', ['-batch', '-init', '/dev/null', file], {
    input,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  if (status !== 0 || stderr !== '') throw new Error(`sqlite3 ended with ${status}: ${stderr}`);
  return stdout;
}
