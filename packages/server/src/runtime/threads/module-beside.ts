import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The address of a module beside the caller's, for a thread or a process to run: `.ts` when run from source, `.js`
 * in the published package, which no import statement is there to rewrite.
 */
export function moduleBeside(callerUrl: string, name: string): URL {
  return new URL(`./${name}${extname(fileURLToPath(callerUrl))}`, callerUrl);
}
