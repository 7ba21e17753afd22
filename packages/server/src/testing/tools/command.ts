import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
/** Compiled modules are cached between processes, because a process would otherwise spend most of its time compiling. */
const COMPILE_CACHE = fileURLToPath(new URL('../../../../../node_modules/.cache/compiled', import.meta.url));

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Time limits that ordinary work never reaches, even on a slow and busy machine. Tests of a limit set a short one. */
const PATIENT: Environment = {
  ROWHOUSE_QUERY_TIMEOUT_MS: '300000',
  ROWHOUSE_HEADERS_TIMEOUT_SECONDS: '300',
  ROWHOUSE_BODY_TIMEOUT_SECONDS: '300',
  ROWHOUSE_BODY_STALL_SECONDS: '300',
};

/** Environment variables for a command, which does not inherit those of the test. */
export type Environment = Readonly<Record<string, string>>;

/** Runs the real command in another process until it ends. `signal` stops it. */
export async function runCommand(
  words: readonly string[],
  environment: Environment = {},
  signal?: AbortSignal,
): Promise<CommandResult> {
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...PATIENT, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal !== undefined && { signal }),
  });
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;
  return { exitCode: child.exitCode, stdout, stderr };
}

export interface RunningCommand extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** What it has printed so far. */
  readonly stdout: () => string;
  /** What it has logged so far, which is also printed. */
  readonly stderr: () => string;
  /** Sends the signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts the real server as a command on a free port, and waits until it reports that it is ready. A server that a failed test
 * leaves neither keeps the test's process alive nor outlives it.
 */
export async function startCommandServer(environment: Environment): Promise<RunningCommand> {
  const child = spawn(process.execPath, [MAIN, 'start'], {
    env: {
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      ROWHOUSE_PORT: '0',
      ROWHOUSE_LOG_LEVEL: 'error',
      ...PATIENT,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const ended = once(child, 'close').finally(() => process.off('exit', killAtExit));
  let logged = '';
  child.stderr.on('data', (chunk) => {
    logged += String(chunk);
    process.stderr.write(chunk);
  });
  let printed = '';
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      printed += String(chunk);
      // The text ends in an empty line; until then there may be more.
      const address = /ready at (\S+)[^]*\n\n$/.exec(printed)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${printed}`)));
  });
  const url = await ready;
  // Pipes are sockets, whose types do not say so.
  const handles = [child, child.stdout as Socket, child.stderr as Socket];
  for (const handle of handles) handle.unref();
  const stop = async (signal: NodeJS.Signals) => {
    for (const handle of handles) handle.ref();
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
    return child.exitCode;
  };
  return {
    url,
    pid: child.pid ?? 0,
    stdout: () => printed,
    stderr: () => logged,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop('SIGKILL')),
  };
}
