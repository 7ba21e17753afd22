import { execFileSync } from 'node:child_process';

/** What a Python program prints, as JSON: a reader of files that is none of ours. */
export function runPython(program: string, ...words: readonly string[]): unknown {
  const printed = execFileSync('python3', ['-X', 'utf8', '-c', program, ...words], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(printed);
}
