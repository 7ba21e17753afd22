import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { sep } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

// All tests: node tools/run-tests.ts
// The quick ones: node tools/run-tests.ts --quick
// Files named `*.property.test.ts` or `*.slow.test.ts` are not quick. Each of them has a process of its own.
const files = globSync(['packages/*/src', 'tools', 'conformance'].map((folder) => `${folder}/**/*.test.ts`))
  .map((file) => file.replaceAll(sep, '/'))
  .toSorted();
const alone = files.filter((file) => /\.(?:property|slow)\.test\.ts$/.test(file));
const quick = files.filter((file) => !alone.includes(file));

/**
 * The number of quick files that share a process. A process and its first server take longer to load than most files take to run. But a
 * larger process takes longer to start a child process, such as the `sqlite3` shell.
 */
const GROUP_SIZE = 25;
const ONE_PROCESS = fileURLToPath(new URL('one-process.ts', import.meta.url));
const env = {
  ...process.env,
  // Keeps compiled modules for the next process. Without it, a process would spend most of its time compiling.
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)),
};

const results = [await runTogether(quick)];
if (!process.argv.includes('--quick')) results.push(await runAlone(alone));
process.exitCode = results.every((passed) => passed) ? 0 : 1;

/** Runs each group in a process of its own, as many processes at once as there are processors. */
async function runTogether(all: readonly string[]): Promise<boolean> {
  const groups = Array.from({ length: Math.ceil(all.length / GROUP_SIZE) }, (_, index) =>
    all.slice(index * GROUP_SIZE, (index + 1) * GROUP_SIZE),
  ).values();
  let passed = true;
  const runNext = async () => {
    for (const group of groups) if (!(await runGroup(group))) passed = false;
  };
  await Promise.all(Array.from({ length: availableParallelism() }, runNext));
  return passed;
}

/** Prints a line for each file, and all output of the group if a test failed. */
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
