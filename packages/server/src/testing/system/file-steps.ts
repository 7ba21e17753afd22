import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { FileStepFault } from './file-step-faults.ts';

/** Chooses what happens at the file system calls of a server that was started with this environment. */
export interface FileSteps {
  readonly environment: Readonly<Record<string, string>>;
  choose(fault: FileStepFault): void;
  /** Ends the choice. @returns the function that the call called, or null if there were fewer calls. */
  reached(): string | null;
  /** The output of the other program. */
  output(): string;
}

/** @param folder for the file with the choice. */
export function fileSteps(folder: string): FileSteps {
  const path = join(folder, 'file-step-fault');
  const preload = fileURLToPath(new URL('./file-step-faults.ts', import.meta.url));
  return {
    environment: { FILE_STEP_FAULT: path, NODE_OPTIONS: `--import ${preload}` },
    choose: (fault) => writeFileSync(path, JSON.stringify(fault)),
    reached: () => {
      const reached = existsSync(`${path}-reached`) ? readFileSync(`${path}-reached`, 'utf8') : null;
      rmSync(path, { force: true });
      rmSync(`${path}-reached`, { force: true });
      return reached;
    },
    output: () => readFileSync(`${path}-output`, 'utf8'),
  };
}
