import { fileURLToPath } from 'node:url';

/**
 * The options of a Node process that may read its own modules and these paths, write only to those, and start nothing but
 * threads. SQLite's own file access is not under that model. https://nodejs.org/api/permissions.html
 */
export function leastPrivilege(paths: {
  readonly read: readonly string[];
  readonly write: readonly string[];
}): readonly string[] {
  const modules = fileURLToPath(new URL('../../../', import.meta.url));
  return [
    '--permission',
    '--allow-worker',
    ...[modules, ...paths.read].map((path) => `--allow-fs-read=${path}`),
    ...paths.write.map((path) => `--allow-fs-write=${path}`),
  ];
}
