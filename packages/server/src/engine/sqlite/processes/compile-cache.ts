import { resolve } from 'node:path';

/**
 * The folder of Node's compile cache, `NODE_COMPILE_CACHE`, if processes may use it; else null. With it, a process that runs from the
 * TypeScript sources starts with a quarter of the CPU time. Those of the published package may not use it: Node requires that they
 * may write to it, and the service runs code from it. https://nodejs.org/api/module.html#module-compile-cache
 */
export function compileCache(
  { NODE_COMPILE_CACHE: folder }: NodeJS.ProcessEnv = process.env,
  moduleUrl: string = import.meta.url,
): string | null {
  return folder !== undefined && moduleUrl.endsWith('.ts') ? resolve(folder) : null;
}
