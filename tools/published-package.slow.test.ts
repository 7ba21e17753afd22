import assert from 'node:assert/strict';
import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { unsupportedNode } from '../packages/server/src/cli/required-node.ts';
import { musicShopPath } from '../packages/server/src/testing/databases/music-shop.ts';
import { temporaryFolder } from '../packages/server/src/testing/system/temporary-folder.ts';
import { eventually } from '../packages/server/src/testing/system/waiting.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'packages', 'server');
const { version, engines } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly engines: { readonly node: string };
};

/** Longer than any step here takes, on a slow and busy machine too. */
const PATIENCE_MS = 300_000;

/** Variables that `npm test` sets, such as the folder of the repository. Another npm must not see them. */
const OF_OUTER_NPM = /^npm_(?!config_(?:registry|cache|userconfig|globalconfig)$)/;

const folder = temporaryFolder();
after(() => folder[Symbol.dispose]());
/** A folder with nothing but the installed package. */
const home = join(folder.path, 'home');
const installed = join(home, 'node_modules', 'rowhouse');

/** The paths of the files in the tarball. */
let packed: readonly string[];

before(() => {
  const [{ filename, files }] = JSON.parse(npm(source, 'pack', '--json', '--pack-destination', folder.path));
  packed = files.map(({ path }: { readonly path: string }) => path);
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{}');
  npm(home, 'install', '--prefer-offline', '--no-audit', '--no-fund', join(folder.path, filename));
});

test('the published package, plain JavaScript, imports a database and exports its schema and its rows', () => {
  const run = (...words: readonly string[]) => {
    const env = { ROWHOUSE_DATA_DIR: join(folder.path, 'data') };
    const main = join(installed, 'dist', 'main.js');
    return spawnSync(process.execPath, [main, ...words], { env, encoding: 'utf8', timeout: PATIENCE_MS });
  };

  const imported = run('import', musicShopPath, '--project', 'music', '--create');
  assert.equal(imported.stderr, '');
  const exported = run('export', 'schema', '--project', 'music');
  assert.equal(JSON.parse(exported.stdout).tables.length, 11);
  const artists = run('export', 'table', 'Artist', '--project', 'music');
  assert.equal(artists.stderr, '');
  assert.equal(artists.stdout.split('\r\n').length, 277);
  const archive = join(folder.path, 'music.zip');
  assert.equal(run('export', 'database', '--project', 'music', '--out', archive).status, 0);
  assert.equal(readFileSync(archive).toString('latin1', 0, 2), 'PK');
});

test('the package contains its README and its license, and no test', () => {
  const others = packed.filter((path) => !path.startsWith('dist/'));
  assert.deepEqual(others.toSorted(), ['LICENSE', 'README.md', 'package.json']);
  assert.deepEqual(
    packed.filter((path) => /\.test\.|\/testing\//.test(path)),
    [],
  );
  assert.equal(readFileSync(join(installed, 'LICENSE'), 'utf8'), readFileSync(join(root, 'LICENSE'), 'utf8'));
});

test('`npx rowhouse start` starts the installed service, which answers requests and stops on Ctrl+C', async () => {
  const admin = 'adm_of_the_installed_service_0123456789';
  const environment = { ROWHOUSE_PORT: '0', ROWHOUSE_ADMIN_TOKEN: admin, ROWHOUSE_SAMPLE_PROJECT: 'off' };
  const env = { ...environmentOfNpm(), ...environment };
  // A process group of its own, like a command in a terminal: npx, its shell and the service.
  const child = spawn('npx', ['--offline', 'rowhouse', 'start'], { cwd: home, env, detached: true });
  try {
    let printed = '';
    let logged = '';
    child.stdout.on('data', (chunk) => (printed += String(chunk)));
    child.stderr.on('data', (chunk) => (logged += String(chunk)));
    await eventually(() => printed.endsWith('\n\n') || child.exitCode !== null);
    const [, url = ''] = /ready at (\S+)\n/.exec(printed) ?? [];
    assert.notEqual(url, '', logged);
    assert.equal((await call(url, '/healthz')).status, 200);
    const project = { project_slug: 'shop', project_name: 'My shop' };
    const created = await call(url, '/projects', {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body: JSON.stringify(project),
    });
    assert.equal(created.status, 201);

    const closed = once(child, 'close', { signal: AbortSignal.timeout(PATIENCE_MS) });
    process.kill(-Number(child.pid), 'SIGINT');
    await closed;
    assert.match(logged, /"msg":"stopping"\}\n$/);
  } finally {
    killGroup(Number(child.pid));
  }
  const options = { cwd: home, env, encoding: 'utf8', timeout: PATIENCE_MS } as const;
  const command = join('node_modules', '.bin', 'rowhouse');
  const exported = spawnSync(command, ['export', 'schema', '--project', 'shop'], options);
  assert.deepEqual([exported.status, exported.stderr], [0, '']);
  assert.equal(JSON.parse(exported.stdout).tables.length, 0);
  assert.equal(spawnSync(command, ['--version'], options).stdout, `${version}\n`);
});

describe('the required Node.js version', () => {
  const older = olderNode();
  test('is printed in one line by an older one', { skip: older === null && 'no older Node.js here' }, () => {
    if (older === null) return;
    const line = `rowhouse: ${unsupportedNode(older.version, engines.node)}\n`;
    const main = join(installed, 'dist', 'main.js');
    const options = { env: {}, cwd: home, encoding: 'utf8', timeout: PATIENCE_MS } as const;
    for (const words of [[], ['start'], ['--version']]) {
      const refused: SpawnSyncReturns<string> = spawnSync(older.path, [main, ...words], options);
      assert.deepEqual([refused.status, refused.stdout, refused.stderr], [1, '', line]);
    }
  });

  test('is the one of package.json wherever it is stated', () => {
    assert.match(engines.node, /^>=\d+\.\d+$/);
    const stated = `Node.js ${engines.node.slice(2)} `;
    const places = [
      'packages/server/README.md',
      'packages/server/src/cli/required-sqlite.ts',
      'docs/decisions/0001-node-through-npm.md',
    ];
    for (const place of places) assert.ok(readFileSync(join(root, place), 'utf8').includes(stated), place);
  });
});

/** Runs npm in a folder, and returns what it printed. */
function npm(cwd: string, ...words: readonly string[]): string {
  const options = { cwd, env: environmentOfNpm(), encoding: 'utf8', timeout: PATIENCE_MS } as const;
  const { status, stdout, stderr } = spawnSync('npm', [...words], options);
  assert.equal(status, 0, stderr);
  return stdout;
}

/** Returns the environment with this Node.js first on the PATH. */
function environmentOfNpm(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !OF_OUTER_NPM.test(name));
  return {
    ...Object.fromEntries(kept),
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
  };
}

function call(url: string, path: string, request: RequestInit = {}): Promise<Response> {
  return fetch(`${url}${path}`, { ...request, signal: AbortSignal.timeout(PATIENCE_MS) });
}

function killGroup(id: number): void {
  try {
    process.kill(-id, 'SIGKILL');
  } catch (error) {
    // Every process of the group has ended.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Returns a Node.js of this machine that is older than the required one, or null. */
function olderNode(): { readonly path: string; readonly version: string } | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  for (const path of folders.map((name) => join(name, 'node')).filter((name) => existsSync(name))) {
    const { stdout } = spawnSync(path, ['-p', 'process.versions.node'], {
      encoding: 'utf8',
      timeout: PATIENCE_MS,
    });
    const found = stdout.trim();
    if (unsupportedNode(found, engines.node) !== null) return { path, version: found };
  }
  return null;
}
