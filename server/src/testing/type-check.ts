import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NODE_MODULES = join(import.meta.dirname, '../../../node_modules');

/** What a careful project has on, besides `strict`. */
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

export interface Diagnostic {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** As in `TS2322`. */
  readonly code: string;
  readonly message: string;
}

/** Writes the files into a folder, with the packages of this repository to import from, and has the real compiler check them all. */
export function typeCheck(folder: string, files: Readonly<Record<string, string>>): readonly Diagnostic[] {
  symlinkSync(NODE_MODULES, join(folder, 'node_modules'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const include = Object.keys(files);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: include }),
  );
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const compiler = join(NODE_MODULES, 'typescript/bin/tsc');
  const { stdout, stderr, status } = spawnSync(process.execPath, [compiler, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 100_000_000,
  });
  const diagnostics = [...stdout.matchAll(/^(\S+?)\((\d+),\d+\): error (TS\d+): (.*)$/gm)].map(
    ([, file = '', line = '', code = '', message = '']) => ({ file, line: Number(line), code, message }),
  );
  if ((status !== 0) !== diagnostics.length > 0)
    throw new Error(`tsc ended with ${status}: ${stdout}${stderr}`);
  return diagnostics;
}
