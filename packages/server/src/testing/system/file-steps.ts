import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { FileStepFault } from './file-step-faults.ts';

/** Chooses what happens at the steps of a server that was started with this environment. */
export interface FileSteps {
  readonly environment: Readonly<Record<string, string>>;
  choose(fault: FileStepFault): void;
  /** @returns which function the step called, and null where there were fewer steps. Nothing happens from now on. */
  reached(): string | null;
  /** What the other program printed. */
  output(): string;
}

/** @param folder for what is chosen. */
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
