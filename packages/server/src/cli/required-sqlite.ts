import { CommandError } from './command-error.ts';

/** The first version with ALTER COLUMN for NOT NULL. https://www.sqlite.org/lang_altertable.html */
const OLDEST = [3, 53, 0] as const;

/**
 * Node includes its own SQLite, unless it was built to use the system's.
 * @param version as in `process.versions.sqlite`.
 * @throws CommandError if the version lacks features that the engine uses.
 */
export function requireSqlite(version: string | undefined): void {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new CommandError(
    `SQLite ${OLDEST.join('.')} or newer is required, but Node.js ${process.versions.node} has ${version ?? 'none'}; ` +
      'Node.js 24.16 and newer releases of 24 include it',
  );
}
