import { CommandError } from './command-error.ts';

/** The first that changes whether a column takes NULL. https://www.sqlite.org/lang_altertable.html */
const OLDEST = [3, 53, 0] as const;

/**
 * Node brings a SQLite of its own, unless it was built to use that of the machine.
 * @param version as in `process.versions.sqlite`.
 * @throws CommandError for one that lacks what the engine uses.
 */
export function requireSqlite(version: string | undefined): void {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new CommandError(
    `SQLite ${OLDEST.join('.')} or newer is required, but Node.js ${process.versions.node} has ${version ?? 'none'}; ` +
      'Node.js 24.16 and newer releases of 24 include it',
  );
}
