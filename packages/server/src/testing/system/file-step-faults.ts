/**
 * Loaded into a server before its own modules (`--import`). At a chosen file system call of the thread that replaces databases, the
 * process kills itself, the call fails, or another program runs. The choice is read from a file, so that a test can make several choices
 * for one server. SQLite's own calls are not included.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/** What happens at one of the server's file system calls while it replaces a database. */
export type FileStepFault = {
  /** The number of the call, from 1. */
  readonly step: number;
  readonly when: 'before' | 'after';
} & (
  | { readonly kind: 'kill' }
  | { readonly kind: 'fail'; readonly code: string }
  | { readonly kind: 'run'; readonly command: readonly string[] }
);

const { existsSync, readFileSync, writeFileSync } = fs;
const faultPath = process.env['FILE_STEP_FAULT'] ?? '';
let chosen = '';
let steps = 0;

if (!isMainThread) {
  const { fsyncSync, rmSync, renameSync } = fs;
  Object.assign(fs, {
    fsyncSync: (...words: Parameters<typeof fsyncSync>) => atStep('fsyncSync', () => fsyncSync(...words)),
    rmSync: (...words: Parameters<typeof rmSync>) => atStep('rmSync', () => rmSync(...words)),
    renameSync: (...words: Parameters<typeof renameSync>) => atStep('renameSync', () => renameSync(...words)),
  });
  syncBuiltinESMExports();
}

function atStep(name: string, run: () => void): void {
  if (!existsSync(faultPath)) return run();
  const text = readFileSync(faultPath, 'utf8');
  const fault = JSON.parse(text) as FileStepFault;
  steps = text === chosen ? steps + 1 : 1;
  chosen = text;
  if (steps !== fault.step) return run();
  writeFileSync(`${faultPath}-reached`, name);
  if (fault.when === 'before') meet(fault);
  run();
  if (fault.when === 'after') meet(fault);
}

function meet(fault: FileStepFault): void {
  switch (fault.kind) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      // The signal may take a moment; nothing may run until then.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      return;
    case 'fail':
      throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code });
    case 'run': {
      const [command = '', ...words] = fault.command;
      const { stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' });
      writeFileSync(`${faultPath}-output`, stdout + stderr);
    }
  }
}
