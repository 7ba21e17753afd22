import { dirname, join } from 'node:path/posix';

import { type Layer, layers } from './layers.ts';

/** One source file: its path below the repository's root, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Returns a sentence for each forbidden import and for each import cycle. Tests may import anything. */
export function brokenRules(files: readonly SourceFile[]): readonly string[] {
  const shipped = files.filter(({ path }) => !path.endsWith('.test.ts') && !path.includes('/fixtures/'));
  const imports = new Map(shipped.map((file) => [file.path, importsOf(file)]));
  return [
    ...shipped.flatMap(({ path }) => (imports.get(path) ?? []).flatMap((target) => forbidden(path, target))),
    ...cycles(imports),
    ...cycles(betweenLayers(imports)),
  ];
}

/** Returns each folder that directly contains more than `limit` source files. */
export function crowdedFolders(files: readonly SourceFile[], limit: number): readonly string[] {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    if (path.endsWith('.test.ts')) continue;
    counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > limit).map(([folder, count]) => `${folder} has ${count}`);
}

/** `import … from`, `export … from`, `import '…'`, `import('…')` and `new URL('…', import.meta.url)`. */
const IMPORT =
  /(?:^|[;}\s])(?:(?:import|export)\b[^'"`;]*?\bfrom|import)\s*\(?\s*['"](\.[^'"]+)['"]|\bnew URL\(\s*['"](\.[^'"]+\.ts)['"]/gm;

function importsOf(file: SourceFile): readonly string[] {
  const code = file.text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...code.matchAll(IMPORT)].map((match) => join(dirname(file.path), match[1] ?? match[2] ?? ''));
}

function forbidden(path: string, target: string): readonly string[] {
  const layer = layerOf(path);
  if (layer === undefined) return [`${path} belongs to no layer`];
  const allowed =
    layerKey(path) === layerKey(target) || layer.mayImport.some((pattern) => pattern.test(target));
  return allowed ? [] : [`${path} (${layer.name}) imports ${target}`];
}

/** Returns the first layer whose pattern matches. */
function layerOf(path: string): Layer | undefined {
  return layers.find(({ files }) => files.test(path));
}

/** Names the layer. The resources share one rule, but each is a separate layer. */
function layerKey(path: string): string {
  const match = layerOf(path)?.files.exec(path);
  return match?.groups?.['resource'] ?? layerOf(path)?.name ?? path;
}

type Graph = ReadonlyMap<string, readonly string[]>;

/** Returns the graph of layers: two layers may form a cycle although no two of their files do. */
function betweenLayers(imports: Graph): Graph {
  const graph = new Map<string, string[]>();
  for (const [path, targets] of imports) {
    const others = targets.map(layerKey).filter((key) => key !== layerKey(path));
    graph.set(layerKey(path), [...(graph.get(layerKey(path)) ?? []), ...others]);
  }
  return graph;
}

/** Finds every cycle once, by a depth-first search: reaching a file that is on the current path closes a cycle. */
function cycles(graph: Graph): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): void => {
    const start = path.indexOf(node);
    if (start !== -1) {
      found.push(`a cycle: ${[...path.slice(start), node].join(' → ')}`);
      return;
    }
    if (done.has(node)) return;
    for (const target of graph.get(node) ?? []) visit(target, [...path, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return found;
}
