#!/usr/bin/env node
import { readFileSync } from 'node:fs';

import { unsupportedNode } from './cli/required-node.ts';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly engines: { readonly node: string };
};
const problem = unsupportedNode(process.versions.node, manifest.engines.node);
if (problem === null) {
  void run();
} else {
  process.stderr.write(`rowhouse: ${problem}\n`);
  process.exitCode = 1;
}

/** An older Node.js cannot load the other modules, so they are imported after the check. Node.js 12 has no top-level await. */
async function run(): Promise<void> {
  const { commandLine } = await import('./cli/command-line.ts');
  process.exitCode = await commandLine(process.argv.slice(2), process.env);
}
