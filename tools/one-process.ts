import { resolve } from 'node:path';
import { suite } from 'node:test';
import { pathToFileURL } from 'node:url';

// Runs test files one after another in this process: node tools/one-process.ts <file>…
// The files share loaded modules and running servers, which take longer to start than most tests take. `--test-isolation=none` is no
// alternative: it runs the hooks of all files before the first test, and a hook that fails would fail every file.
for (const file of process.argv.slice(2)) {
  await suite(file, async () => void (await import(pathToFileURL(resolve(file)).href)));
}

/** Much longer than `WarmPool` keeps a server that no test uses. */
const LEFT_OPEN_MS = 30_000;
const REPORT_MS = 1_000;

// Runs only if a test left something open that keeps this process alive, for example because the test failed. The runner needs the
// event `beforeExit` and a moment to report.
setTimeout(() => {
  console.error(`The tests left open: ${process.getActiveResourcesInfo().join(', ')}.`);
  process.emit('beforeExit', 1);
  setTimeout(() => process.exit(1), REPORT_MS);
}, LEFT_OPEN_MS).unref();
