import { join } from 'node:path/posix';

/** A part of the code: its files, and what they may import besides files of the same layer. */
export interface Layer {
  readonly name: string;
  /** A file belongs to the first layer whose pattern matches its path. The group `resource` distinguishes resources. */
  readonly files: RegExp;
  readonly mayImport: readonly RegExp[];
}

const SERVER = 'packages/server/src';

const CORE = below('core');
const RUNTIME = [exactly('runtime'), below('runtime/threads'), below('runtime/disk')];
const SCHEMA = below('schema');
const HTTP = below('http');
const PORT = exactly('engine');
const CATALOG = below('catalog');
const FILES = below('files');
const PASSWORDS = below('passwords');
const ACTIVITY_LOG = below('activity/request-log');

const RESOURCES =
  'accounts|audit|bootstrap|columns|exports|health|imports|indexes|metrics|projects|query|records|sessions|tables|tokens|users';
/** The main file of a resource, which other resources use, such as `resources/tokens/tokens.ts`. */
const RESOURCE_ITSELF = new RegExp(String.raw`^${SERVER}/resources/(${RESOURCES})/\1\.ts$`);
/** What a client sends and receives. */
const FIELDS = new RegExp(String.raw`^${SERVER}/resources/.*-fields\.ts$`);

/** The folders of the engine, from the top down. Each may import the port and the folders of every lower line. */
const ENGINE_LEVELS: readonly (readonly string[])[] = [
  [''],
  ['workers'],
  ['import'],
  ['exports'],
  ['exports/database'],
  ['exports/rows', 'exports/schema'],
  ['exports/output', 'records/batch', 'schema-changes/columns', 'query'],
  ['records', 'schema-changes/indexes'],
  ['records/keys', 'schema-changes/tables'],
  ['schema-changes', 'schema-changes/rebuild'],
  ['protocol', 'rows'],
  ['rows/cost', 'limits'],
  ['tables'],
  ['introspection', 'values'],
  ['idempotency', 'projects'],
  ['connection', 'processes'],
];

function engineLayers(): readonly Layer[] {
  return ENGINE_LEVELS.flatMap((names, level) => {
    const lower = ENGINE_LEVELS.slice(level + 1)
      .flat()
      .map((name) => exactly(`engine/sqlite/${name}`));
    return names.map((name) => ({
      name: join('engine/sqlite', name),
      files: exactly(join('engine/sqlite', name)),
      mayImport: [...lower, PORT, SCHEMA, ...RUNTIME, CORE],
    }));
  });
}

/** Every layer, from the top down. Imports that `mayImport` does not name are forbidden. */
export const layers: readonly Layer[] = [
  { name: 'benchmarks', files: /^bench\//, mayImport: [/^packages\//] },
  { name: 'tools', files: /^tools\//, mayImport: [/^packages\//] },
  {
    name: 'conformance',
    files: /^conformance\//,
    mayImport: [below('testing')],
  },
  { name: 'testing', files: below('testing'), mayImport: [/^packages\//] },
  { name: 'the command line', files: serverFile('main\\.ts$|cli/'), mayImport: [/^packages\/server\/src\//] },
  {
    name: 'the composed service',
    files: serverFile('(?:app|compose|compose-access|maintenance)\\.ts$'),
    mayImport: [serverFile('(?!main\\.ts$|cli/|testing/)')],
  },
  {
    name: 'a route',
    files: new RegExp(String.raw`^${SERVER}/resources/(?<resource>${RESOURCES})/.*\.routes\.ts$`),
    mayImport: [RESOURCE_ITSELF, FIELDS, PORT, HTTP, SCHEMA, CORE],
  },
  {
    name: 'a resource',
    files: new RegExp(String.raw`^${SERVER}/resources/(?<resource>${RESOURCES})/`),
    mayImport: [RESOURCE_ITSELF, FIELDS, PORT, CATALOG, FILES, PASSWORDS, HTTP, SCHEMA, ...RUNTIME, CORE],
  },
  { name: 'the request log', files: ACTIVITY_LOG, mayImport: [...RUNTIME, CORE] },
  { name: 'activity', files: below('activity'), mayImport: [ACTIVITY_LOG, HTTP, ...RUNTIME, CORE] },
  { name: 'the API description', files: below('openapi'), mayImport: [HTTP, CORE] },
  {
    name: 'HTTP',
    files: HTTP,
    mayImport: [/^packages\/server\/src\/schema\/identifier\.ts$/, ...RUNTIME, CORE],
  },
  { name: 'the engine port', files: PORT, mayImport: [...RUNTIME, SCHEMA, CORE] },
  ...engineLayers(),
  { name: 'the data folder', files: below('data-folder'), mayImport: [...RUNTIME, CORE] },
  { name: 'the catalog', files: CATALOG, mayImport: [...RUNTIME, CORE] },
  { name: 'passwords', files: PASSWORDS, mayImport: [...RUNTIME, CORE] },
  { name: 'the file store', files: FILES, mayImport: [...RUNTIME, CORE] },
  { name: 'the schema model', files: SCHEMA, mayImport: [/^packages\/server\/src\/core\/errors\.ts$/] },
  { name: 'threads', files: below('runtime/threads'), mayImport: [exactly('runtime'), CORE] },
  { name: 'the disk', files: below('runtime/disk'), mayImport: [CORE] },
  { name: 'the runtime', files: exactly('runtime'), mayImport: [CORE] },
  { name: 'the core', files: CORE, mayImport: [] },
];

/** Matches the files in a folder of the server and in its subfolders. */
function below(folder: string): RegExp {
  return new RegExp(`^${SERVER}/${folder}/`);
}

/** Matches the files in a folder of the server, and not in its subfolders. */
function exactly(folder: string): RegExp {
  return new RegExp(`^${SERVER}/${folder}/?[^/]+$`);
}

function serverFile(pattern: string): RegExp {
  return new RegExp(`^${SERVER}/(?:${pattern})`);
}
