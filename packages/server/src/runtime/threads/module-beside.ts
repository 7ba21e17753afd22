import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Returns the URL of a module beside the caller's, for a thread or a process to run. It ends in `.ts` when run from source
 * and in `.js` in the published package, where no import statement would be rewritten.
 */
export function moduleBeside(callerUrl: string, name: string): URL {
  return new URL(`./${name}${extname(fileURLToPath(callerUrl))}`, callerUrl);
}
