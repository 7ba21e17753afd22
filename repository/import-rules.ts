import { dirname, join } from 'node:path/posix';

/** One source file, by its path below `server/src`, and the relative imports in it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

interface Layer {
  /** The files of the layer, of which every one belongs to the first layer whose pattern it matches. */
  readonly files: RegExp;
  /** What they may import besides files of their own room. */
  readonly mayImport: readonly RegExp[];
}

const NOUNS =
  'projects|bootstrap|users|tokens|tables|columns|indexes|records|query|exports|imports|operations|health|metrics';
const NOUN_ITSELF = new RegExp(String.raw`^(${NOUNS})/\1\.ts$`);
/** A noun's shapes, as a client sees them. */
const FIELDS = /-fields\.ts$/;
const PORTS = /^engine\/[^/]+\.ts$/;
const STORAGE = /^storage\//;
const FOUNDATIONS = [/^errors\.ts$/, /^config\.ts$/, /^idempotency\.ts$/, /^package-version\.ts$/];
const THREADS = /^threads\//;
const SCHEMA = /^schema\//;

/** The house from the roof down: who may import what. Everything else is forbidden. */
const LAYERS: Readonly<Record<string, Layer>> = {
  'the command line': { files: /^(?:main\.ts$|cli\/)/, mayImport: [/./] },
  'the assembled service': { files: /^(?:app|service)\.ts$/, mayImport: [/^(?!main\.ts$|cli\/)/] },
  'a route': {
    files: new RegExp(`^(?:${NOUNS})/.*\\.routes\\.ts$`),
    mayImport: [NOUN_ITSELF, FIELDS, /^http\//, SCHEMA, ...FOUNDATIONS],
  },
  'a noun': {
    files: new RegExp(`^(?:${NOUNS})/`),
    mayImport: [
      NOUN_ITSELF,
      FIELDS,
      PORTS,
      /^(?:catalog|files|http|request-log)\//,
      STORAGE,
      SCHEMA,
      ...FOUNDATIONS,
    ],
  },
  'the description': { files: /^openapi\//, mayImport: [/^http\//, ...FOUNDATIONS] },
  'the edge': { files: /^http\//, mayImport: [/^schema\/identifier\.ts$/, ...FOUNDATIONS] },
  'the engine': { files: /^engine\//, mayImport: [THREADS, STORAGE, SCHEMA, ...FOUNDATIONS] },
  'the catalog': { files: /^catalog\//, mayImport: [THREADS, STORAGE, ...FOUNDATIONS] },
  'the request log': { files: /^request-log\//, mayImport: [THREADS, STORAGE, ...FOUNDATIONS] },
  'the file store': { files: /^files\//, mayImport: [STORAGE, ...FOUNDATIONS] },
  'the storage faults': { files: STORAGE, mayImport: FOUNDATIONS },
  threads: { files: THREADS, mayImport: FOUNDATIONS },
  'the schema model': { files: SCHEMA, mayImport: [/^errors\.ts$/] },
  'the foundations': { files: /^(?:errors|config|idempotency|package-version)\.ts$/, mayImport: [] },
};

/** Every break of the rules, as a sentence that names both files. */
export function brokenRules(files: readonly SourceFile[]): readonly string[] {
  const shipped = files.filter(({ path }) => !path.endsWith('.test.ts') && !path.startsWith('testing/'));
  const imports = new Map(shipped.map((file) => [file.path, importsOf(file)]));
  return [
    ...shipped.flatMap(({ path }) => (imports.get(path) ?? []).flatMap((target) => forbidden(path, target))),
    ...circles(imports),
    ...circles(betweenNouns(imports)),
  ];
}

/** `import … from`, `export … from`, `import '…'`, `import('…')` and `new URL('…', import.meta.url)`. */
const IMPORT =
  /(?:^|[;}\s])(?:(?:import|export)\b[^'"`;]*?\bfrom|import)\s*\(?\s*['"](\.[^'"]+)['"]|\bnew URL\(\s*['"](\.[^'"]+\.ts)['"]/gm;

function importsOf(file: SourceFile): readonly string[] {
  const code = file.text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...code.matchAll(IMPORT)].map((match) => join(dirname(file.path), match[1] ?? match[2] ?? ''));
}

function forbidden(path: string, target: string): readonly string[] {
  const layer = Object.entries(LAYERS).find(([, { files }]) => files.test(path));
  if (layer === undefined) return [`${path} belongs to no layer`];
  const [name, { mayImport }] = layer;
  const allowed = room(path) === room(target) || mayImport.some((pattern) => pattern.test(target));
  return allowed ? [] : [`${path} (${name}) imports ${target}`];
}

/** The folder at the top; a file that lies in none is a room of its own. */
function room(path: string): string {
  return path.split('/')[0] ?? path;
}

type Graph = ReadonlyMap<string, readonly string[]>;

/** The nouns as wholes: two of them may be a circle although no two files are. */
function betweenNouns(imports: Graph): Graph {
  const isNoun = new RegExp(`^(?:${NOUNS})/`);
  const graph = new Map<string, string[]>();
  for (const [path, targets] of imports) {
    if (!isNoun.test(path)) continue;
    const others = targets.filter((target) => isNoun.test(target) && room(target) !== room(path)).map(room);
    graph.set(room(path), [...(graph.get(room(path)) ?? []), ...others]);
  }
  return graph;
}

/** Every circle once, by a walk in depth: a file that is met again on the way to itself closes one. */
function circles(imports: Graph): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start !== -1) {
      found.push(`a circle: ${[...way.slice(start), path].join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const target of imports.get(path) ?? []) visit(target, [...way, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return found;
}
