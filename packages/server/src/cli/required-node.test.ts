import assert from 'node:assert/strict';
import { test } from 'node:test';

import { runCommand } from '../testing/tools/command.ts';
import { unsupportedNode } from './required-node.ts';

test('a Node.js older than the required version is refused, a newer one is not', () => {
  for (const version of ['24.15.9', '24.9.0', '23.99.0', '20.20.2', '9.24.16', '4.0.0'])
    assert.equal(
      unsupportedNode(version, '>=24.16'),
      `Node.js 24.16 or newer is required, but this is Node.js ${version}`,
    );
  for (const version of ['24.16.0', '24.21.0', '25.0.0', '26.10.0', '100.0.0', process.versions.node])
    assert.equal(unsupportedNode(version, '>=24.16'), null);
});

test('on an older Node.js every command prints one line and fails', async () => {
  const old = "Object.defineProperty(process.versions, 'node', { value: '20.20.2' })";
  const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(old)}` };
  for (const words of [[], ['start'], ['--version']]) {
    const stderr = 'rowhouse: Node.js 24.16 or newer is required, but this is Node.js 20.20.2\n';
    assert.deepEqual(await runCommand(words, environment), { exitCode: 1, stdout: '', stderr });
  }
});
