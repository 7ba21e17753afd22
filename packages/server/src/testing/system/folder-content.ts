import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Everything in a folder by path: a file as its bytes, a link as its target, a folder as null. Does not follow links. */
export function folderContent(folder: string): Readonly<Record<string, string | null>> {
  return Object.fromEntries(pathsIn(folder).map((path) => [path, contentOf(join(folder, path))]));
}

/** The permission bits of a folder, as `.`, and of everything in it, in octal as in `ls`. Does not follow links. */
export function folderModes(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(['.', ...pathsIn(folder)].map((path) => [path, modeOf(join(folder, path))]));
}

export function modeOf(path: string): string {
  return (lstatSync(path).mode & 0o777).toString(8);
}

/** Node's own recursive listing follows links. */
function pathsIn(folder: string): readonly string[] {
  const paths: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    paths.push(entry.name);
    if (!entry.isDirectory()) continue;
    for (const path of pathsIn(join(folder, entry.name))) paths.push(join(entry.name, path));
  }
  return paths.toSorted();
}

function contentOf(path: string): string | null {
  const entry = lstatSync(path);
  if (entry.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  return entry.isFile() ? readFileSync(path, 'latin1') : null;
}
