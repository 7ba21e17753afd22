import { resolve } from 'node:path';
import { suite } from 'node:test';
import { pathToFileURL } from 'node:url';

// Runs test files one after another in this process: node tools/one-process.ts <file>…
// They share the modules that they load, which costs more than most tests. `--test-isolation=none` would share more: there the
// hooks of all files run before the first test, and one that fails fails every file.
for (const file of process.argv.slice(2)) {
  await suite(file, async () => void (await import(pathToFileURL(resolve(file)).href)));
}
