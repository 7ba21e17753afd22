import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NODE_MODULES = join(import.meta.dirname, '../../../../../node_modules');

/** Strict settings besides `strict`. */
const COMPILER_OPTIONS = {
  strict: true,
  noEmit: true,
  target: 'es2024',
  module: 'nodenext',
  types: [],
  skipLibCheck: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitOverride: true,
  noUnusedLocals: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
};

/**
 * Type-checks files in a folder with the real compiler; they can import this repository's packages. The compiler must reject exactly the
 * lines that end in a comment with an error number (`// TS2322`).
 */
export function assertTypesAsMarked(folder: string, files: Readonly<Record<string, string>>): void {
  const output = compile(folder, files);
  const found = [...output.matchAll(/^(\S+?)\((\d+),\d+\): error (TS\d+): /gm)].map(
    ([, file, line, code]) => `${file}:${line} ${code}`,
  );
  assert.deepEqual(found.toSorted(), markedLines(files).toSorted(), output.slice(0, 5_000));
}

function compile(folder: string, files: Readonly<Record<string, string>>): string {
  symlinkSync(NODE_MODULES, join(folder, 'node_modules'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const configuration = { compilerOptions: COMPILER_OPTIONS, files: Object.keys(files) };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(configuration));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const compiler = join(NODE_MODULES, 'typescript/bin/tsc');
  const { stdout, stderr, status } = spawnSync(process.execPath, [compiler, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 100_000_000,
  });
  if (stderr !== '' || (status === 0) !== (stdout === '')) {
    throw new Error(`tsc ended with ${status}: ${stdout}${stderr}`);
  }
  return stdout;
}

function markedLines(files: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(files).flatMap(([file, text]) =>
    text.split('\n').flatMap((line, position) => {
      const code = /\/\/ (TS\d+)$/.exec(line)?.[1];
      return code === undefined ? [] : [`${file}:${position + 1} ${code}`];
    }),
  );
}
