import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { sep } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

// All tests: node tools/run-tests.ts
// The quick ones: node tools/run-tests.ts --quick
// A file that is not quick says so in its name: `*.property.test.ts`, `*.slow.test.ts`. It has a process of its own.
const files = globSync(['packages/*/src', 'tools', 'conformance'].map((folder) => `${folder}/**/*.test.ts`))
  .map((file) => file.replaceAll(sep, '/'))
  .toSorted();
const alone = files.filter((file) => /\.(?:property|slow)\.test\.ts$/.test(file));
const quick = files.filter((file) => !alone.includes(file));

/**
 * The number of quick files that share a process. What a process and its first server load takes longer than most files; but the larger
 * a process has become, the longer it takes to start another one, such as the `sqlite3` shell.
 */
const GROUP = 25;
const ONE_PROCESS = fileURLToPath(new URL('one-process.ts', import.meta.url));
const env = {
  ...process.env,
  // Compiled modules are kept from one process to the next, as each would else spend most of its time on that.
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)),
};

const results = [await runTogether(quick)];
if (!process.argv.includes('--quick')) results.push(await runAlone(alone));
process.exitCode = results.every((passed) => passed) ? 0 : 1;

/** Each group in a process, as many at once as there are processors. */
async function runTogether(all: readonly string[]): Promise<boolean> {
  const groups = Array.from({ length: Math.ceil(all.length / GROUP) }, (_, index) =>
    all.slice(index * GROUP, (index + 1) * GROUP),
  ).values();
  let passed = true;
  const runNext = async () => {
    for (const group of groups) if (!(await runGroup(group))) passed = false;
  };
  await Promise.all(Array.from({ length: availableParallelism() }, runNext));
  return passed;
}

/** Prints a line for each file, and what the tests said if one of them failed. */
async function runGroup(group: readonly string[]): Promise<boolean> {
  const flags = ['--test-timeout=300000', '--test-reporter=spec'];
  const child = spawn(process.execPath, [...flags, ONE_PROCESS, ...group], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  const output: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (piece: string) => output.push(piece.trimEnd()));
  for await (const line of createInterface({ input: child.stdout })) {
    output.push(line);
    if (/^[✔✖] .*\.test\.ts /.test(line)) console.log(line);
  }
  const passed = (await exit) === 0;
  if (!passed) console.log(output.join('\n'));
  return passed;
}

async function runAlone(all: readonly string[]): Promise<boolean> {
  const flags = ['--test-timeout=900000', '--test-concurrency=3', '--test-reporter=spec'];
  const child = spawn(process.execPath, ['--test', ...flags, ...all], { env, stdio: 'inherit' });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code === 0)));
}
