import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { compileCache } from './compile-cache.ts';

/**
 * The options of a Node process that may read only its modules and these paths, write only to these paths, and start only threads.
 * In tests it may also use their compile cache.
 * Node's permission model does not cover SQLite's own file access. https://nodejs.org/api/permissions.html
 */
export function leastPrivilege(paths: {
  readonly read: readonly string[];
  readonly write: readonly string[];
}): readonly string[] {
  const modules = fileURLToPath(new URL('../../../../', import.meta.url));
  const cache = [compileCache()].filter((folder) => folder !== null);
  return [
    '--permission',
    '--allow-worker',
    ...[modules, ...cache, ...paths.read].map((path) => `--allow-fs-read=${path}`),
    ...[...cache, ...paths.write].map((path) => `--allow-fs-write=${path}`),
  ];
}

/** The folder in which a package and its dependencies are installed, for a process that loads it. */
export function installedBeside(packageName: string): string {
  const entry = fileURLToPath(import.meta.resolve(packageName));
  return entry.slice(0, entry.lastIndexOf(NODE_MODULES) + NODE_MODULES.length);
}

const NODE_MODULES = `${sep}node_modules${sep}`;
