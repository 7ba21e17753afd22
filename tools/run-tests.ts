import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { sep } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

// All tests, each file in a process of its own: node tools/run-tests.ts
// The quick ones, each folder in a process of its own: node tools/run-tests.ts --quick
// A file that is not quick says so in its name: `*.property.test.ts`, `*.slow.test.ts`.
const quick = process.argv.includes('--quick');
const files = globSync(['packages/*/src', 'tools', 'conformance'].map((folder) => `${folder}/**/*.test.ts`))
  .map((file) => file.replaceAll(sep, '/'))
  .filter((file) => !quick || !/\.(?:property|slow)\.test\.ts$/.test(file))
  .toSorted();

const ONE_PROCESS = fileURLToPath(new URL('one-process.ts', import.meta.url));
const env = {
  ...process.env,
  // Compiled modules are kept from one process to the next, as each would else spend most of its time on that.
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)),
};

process.exitCode = quick ? await runQuick() : await runAll();

async function runAll(): Promise<number> {
  const flags = ['--test-timeout=900000', '--test-concurrency=3', '--test-reporter=spec'];
  const child = spawn(process.execPath, ['--test', ...flags, ...files], { env, stdio: 'inherit' });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

/** As many folders at once as there are processors, the largest first. */
async function runQuick(): Promise<number> {
  const folders = [...Map.groupBy(files, folderOf)].toSorted(([, a], [, b]) => b.length - a.length).values();
  let failures = 0;
  const runNext = async () => {
    for (const [folder, group] of folders) if (!(await passes(folder, group))) failures += 1;
  };
  await Promise.all(Array.from({ length: availableParallelism() }, runNext));
  return failures === 0 ? 0 : 1;
}

/** Prints a line, and what the tests said where one of them failed. */
async function passes(folder: string, group: readonly string[]): Promise<boolean> {
  const begun = performance.now();
  const child = spawn(
    process.execPath,
    ['--test-timeout=300000', '--test-reporter=spec', ONE_PROCESS, ...group],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exit = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  const output = await text(child.stdout);
  const passed = (await exit) === 0;
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  console.log(`${passed ? '✔' : '✖'} ${folder}: ${group.length} files in ${seconds} s`);
  if (!passed) console.log(output);
  return passed;
}

/** `resources/records`, `http`, `conformance` */
function folderOf(file: string): string {
  return /^(?:packages\/[^/]+\/src\/)?((?:resources\/)?[^/]+)\//.exec(file)?.[1] ?? '';
}
