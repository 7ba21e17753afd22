import { execFileSync } from 'node:child_process';

/** The output of a Python program, parsed as JSON: an independent reader of exported files. */
export function runPython(program: string, ...words: readonly string[]): unknown {
  const printed = execFileSync('python3', ['-X', 'utf8', '-c', program, ...words], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(printed);
}
