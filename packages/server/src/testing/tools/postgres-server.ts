import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from '../system/temporary-folder.ts';

/** A new PostgreSQL server in a temporary folder, for this process alone. */
export interface PostgresServer extends AsyncDisposable {
  /**
   * Runs a script with the real psql, as `psql -f` does, and returns its output.
   * @throws at the first statement that the server rejects.
   */
  run(script: string): string;
}

/** Starts Debian's newest PostgreSQL on a socket in its folder; it stops at the end of the block that declares it. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = temporaryFolder();
  const programs = programFolder();
  const user = unprivilegedUser();
  if (user !== null) chownSync(folder.path, user.uid, user.gid);
  const data = join(folder.path, 'data');
  const initialise = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ];
  succeed(spawnSync(join(programs, 'initdb'), initialise, { ...user, cwd: folder.path, encoding: 'utf8' }));
  const settings = [`unix_socket_directories=${folder.path}`, 'listen_addresses=', 'fsync=off'];
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    { ...user, cwd: folder.path, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = once(server, 'close');
  await readiness(server.stderr, ended);
  return {
    run: (script) => {
      const words = ['-h', folder.path, '-U', 'postgres', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-f', '-'];
      return succeed(
        spawnSync(join(programs, 'psql'), words, {
          input: script,
          encoding: 'utf8',
          maxBuffer: 256 * 1024 * 1024,
        }),
      );
    },
    [Symbol.asyncDispose]: async () => {
      server.kill('SIGINT');
      await ended;
      folder[Symbol.dispose]();
    },
  };
}

const DEBIAN_FOLDER = '/usr/lib/postgresql';

function programFolder(): string {
  const versions = readdirSync(DEBIAN_FOLDER).toSorted((a, b) => Number(b) - Number(a));
  return join(DEBIAN_FOLDER, versions[0] ?? '', 'bin');
}

/** PostgreSQL refuses to run as root; Debian has a user for it. */
function unprivilegedUser(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = ['-u', '-g'].map((option) =>
    Number(succeed(spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }))),
  );
  return { uid: uid ?? 0, gid: gid ?? 0 };
}

async function readiness(log: NodeJS.ReadableStream, ended: Promise<unknown>): Promise<void> {
  let logged = '';
  const ready = new Promise<void>((resolve) => {
    log.on('data', (chunk) => {
      logged += String(chunk);
      if (logged.includes('ready to accept connections')) resolve();
    });
  });
  const failed = ended.then(() => {
    throw new Error(`postgres did not start: ${logged}`);
  });
  failed.catch(() => undefined);
  await Promise.race([ready, failed]);
}

function succeed(result: {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly error?: Error;
}): string {
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0)
    throw new Error(`a program of PostgreSQL ended with ${result.status}: ${result.stderr}`);
  return result.stdout;
}
