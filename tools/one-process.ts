import { resolve } from 'node:path';
import { suite } from 'node:test';
import { pathToFileURL } from 'node:url';

// Runs test files one after another in this process: node tools/one-process.ts <file>…
// They share the modules that they load, and warm servers, which cost more than most tests. `--test-isolation=none` would share more:
// there the hooks of all files run before the first test, and one that fails fails every file.
for (const file of process.argv.slice(2)) {
  await suite(file, async () => void (await import(pathToFileURL(resolve(file)).href)));
}

/** Servers that no test uses are closed long before. */
const LEFT_OPEN_MS = 30_000;
const REPORT_MS = 1_000;

// Only runs if a test, such as one that failed, left something open that keeps this process alive. The runner reports before an exit.
setTimeout(() => {
  console.error(`The tests left open: ${process.getActiveResourcesInfo().join(', ')}.`);
  process.emit('beforeExit', 1);
  setTimeout(() => process.exit(1), REPORT_MS);
}, LEFT_OPEN_MS).unref();
