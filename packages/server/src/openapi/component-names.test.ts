import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { borrowTestServer } from '../testing/http/borrowed-server.ts';
import type { TestServer } from '../testing/http/test-server.ts';
import type { OpenApiDocument } from './document.ts';

let server: TestServer;
let names: readonly string[];
before(async () => {
  server = await borrowTestServer();
  const response = await server.fetch('GET', '/openapi.json', { token: null });
  const { components } = (await response.json()) as OpenApiDocument;
  // A generator may put the types of all kinds into one package.
  names = ['schemas', 'responses', 'parameters', 'headers'].flatMap((kind) =>
    Object.keys(components[kind] ?? {}),
  );
});
after(() => server[Symbol.asyncDispose]());

test('the name of every component is an identifier that begins with a capital letter', () => {
  for (const name of names) assert.match(name, /^[A-Z][A-Za-z0-9]*$/);
});

test('no two names differ only in case', () => {
  const folded = names.map((name) => name.toLowerCase());
  assert.deepEqual(
    names.filter((name, index) => folded.indexOf(name.toLowerCase()) !== index),
    [],
  );
});

/** Returns the types that TypeScript knows without an import, in browsers too, such as `Record` and `Range`. */
function globalTypes(): readonly string[] {
  const root = fileURLToPath(new URL('../../../../', import.meta.url));
  const texts = globSync('node_modules/@typescript/*/lib/lib.*.d.ts', { cwd: root }).map((path) =>
    readFileSync(`${root}${path}`, 'utf8'),
  );
  assert.ok(texts.length > 0);
  return texts.flatMap((text) =>
    [...text.matchAll(/^(?:interface|type|declare var|declare class) (\w+)/gm)].map(([, name = '']) => name),
  );
}

/** https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/package-summary.html, and two that are often imported */
const JAVA = `Appendable AutoCloseable Boolean Byte Character CharSequence Class ClassLoader ClassValue Cloneable Comparable
  Compiler Deprecated Double Enum Error Exception Float FunctionalInterface InheritableThreadLocal Integer Iterable Long Math
  Module ModuleLayer Number Object Override Package Process ProcessBuilder ProcessHandle Readable Record Runnable Runtime
  RuntimeException RuntimePermission SafeVarargs ScopedValue SecurityManager Short StackTraceElement StackWalker StrictMath
  String StringBuffer StringBuilder SuppressWarnings System Thread ThreadGroup ThreadLocal Throwable Void List Map`;

const PYTHON = `
import builtins, keyword, typing
print(*dir(builtins), *keyword.kwlist, *keyword.softkwlist, *typing.__all__)`;

test('no name hides a type of TypeScript, Java, Python or Go', () => {
  const python = execFileSync('python3', ['-c', PYTHON], { encoding: 'utf8' }).split(/\s+/);
  // The names that Go reserves all begin with a small letter.
  const taken = new Set([...globalTypes(), ...JAVA.split(/\s+/), ...python]);
  for (const known of ['Error', 'Record', 'Range', 'Object', 'Any', 'Exception'])
    assert.ok(taken.has(known), known);
  assert.deepEqual(
    names.filter((name) => taken.has(name)),
    [],
  );
});
