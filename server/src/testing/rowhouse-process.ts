import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../main.ts', import.meta.url));

type Environment = Readonly<Record<string, string>>;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command to its end, in a process of its own that knows no setting but these. */
export async function runRowhouse(words: readonly string[], environment: Environment): Promise<Finished> {
  const { process: child, output } = spawnRowhouse(words, environment);
  const [code] = await once(child, 'close');
  return { code, ...output() };
}

export interface RunningRowhouse {
  readonly url: string;
  readonly pid: number;
  /** What it has printed so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  /** Sends the signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<Finished>;
  /** Ends it at once, as a crash does, unless it has ended. */
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** `rowhouse start` in a process of its own, on a free port, when it has said that it is ready. */
export async function startRowhouse(environment: Environment): Promise<RunningRowhouse> {
  const settings = { ROWHOUSE_PORT: '0', ROWHOUSE_LOG_LEVEL: 'error', ...environment };
  const { process: child, output } = spawnRowhouse(['start'], settings);
  const closed = once(child, 'close');
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const [, address] = /ready at (\S+)\n(?:.*\n)*\n$/.exec(output().stdout) ?? [];
      if (address !== undefined) resolve(address);
    });
    child.once('close', () => reject(new Error(`rowhouse did not start: ${output().stderr}`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    output,
    stop: async (signal) => {
      child.kill(signal);
      const [code] = await closed;
      return { code, ...output() };
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

function spawnRowhouse(
  words: readonly string[],
  environment: Environment,
): { readonly process: ChildProcess; readonly output: () => { stdout: string; stderr: string } } {
  const child = spawn(process.execPath, [COMMAND, ...words], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  return { process: child, output: () => ({ ...text }) };
}
