import { compileCache } from './compile-cache.ts';

/**
 * The environment variables of a child process: `SystemRoot`, without which Node cannot start on Windows, and the compile cache.
 * https://nodejs.org/api/child_process.html#child_processspawncommand-args-options
 */
export function childEnvironment(parent: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { SystemRoot: systemRoot } = parent;
  const cache = compileCache(parent);
  return {
    ...(systemRoot !== undefined && { SystemRoot: systemRoot }),
    ...(cache !== null && { NODE_COMPILE_CACHE: cache }),
  };
}
