import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const BENCH_TOKEN = 'benchmark-admin-credential-0123456789';

/** A server in another process whose event loop and memory are measured. */
export interface MeasuredServer {
  readonly url: string;
  fetch(method: string, path: string, init?: RequestInit): Promise<Response>;
  /** Restarts the measurement of the event loop. */
  resetDelay(): void;
  /** The longest delay of the event loop since the reset, in milliseconds. */
  maxDelayMs(): Promise<number>;
  memory(): Promise<Memory>;
  /** The CPU time of all its threads since its start, in milliseconds. */
  cpuMs(): Promise<number>;
  /** The resident memory of the server and its child processes, in bytes. */
  residentOfAll(): Promise<number>;
  stop(): Promise<void>;
}

/** In bytes; `peak` is the maximum since the start of the process. */
export interface Memory {
  readonly resident: number;
  readonly peak: number;
}

const MAIN = fileURLToPath(new URL('../packages/server/src/main.ts', import.meta.url));

export interface MeasuredServerOptions {
  /** The program to run; by default the service. */
  readonly main?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

export async function startMeasuredServer(
  dataDir: string,
  { main = MAIN, settings = {} }: MeasuredServerOptions = {},
): Promise<MeasuredServer> {
  const probe = new URL('./event-loop-probe.ts', import.meta.url).href;
  const child = fork(main, ['start'], {
    execArgv: ['--import', probe],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ROWHOUSE_PORT: '0',
      ROWHOUSE_DATA_DIR: dataDir,
      ROWHOUSE_ADMIN_TOKEN: BENCH_TOKEN,
      ROWHOUSE_SAMPLE_PROJECT: 'off',
      ROWHOUSE_LOG_LEVEL: 'error',
      ...settings,
    },
  });
  const url = await addressOf(child);
  return {
    url,
    fetch: (method, path, init = {}) => {
      const headers = { authorization: `Bearer ${BENCH_TOKEN}`, ...(init.headers as Record<string, string>) };
      return fetch(url + path, { ...init, method, headers });
    },
    resetDelay: () => void child.send('reset'),
    maxDelayMs: async () => {
      child.send('read');
      const [answer] = (await once(child, 'message')) as [{ readonly maxDelayMs: number }];
      return answer.maxDelayMs;
    },
    memory: () => readMemory(child.pid ?? 0),
    cpuMs: () => readCpuMs(child.pid ?? 0),
    residentOfAll: () => residentOfTree(child.pid ?? 0),
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function addressOf(child: ChildProcess): Promise<string> {
  let output = '';
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    const address = /ready at (\S+)/.exec(output)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`the server did not start: ${output}`);
}

/** A clock tick of the kernel in user space: https://man7.org/linux/man-pages/man7/time.7.html */
const TICK_MS = 10;

/** Fields 14 and 15, after the name, which may contain anything: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function readCpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
async function readMemory(pid: number): Promise<Memory> {
  return parseMemory(await readFile(`/proc/${pid}/status`, 'utf8'));
}

/** A process that ends meanwhile counts as 0. */
async function residentOfTree(pid: number): Promise<number> {
  const own = await readMemory(pid).catch(() => ({ resident: 0 }));
  const children = await childrenOf(pid).catch(() => []);
  const theirs = await Promise.all(children.map(residentOfTree));
  return (Number.isNaN(own.resident) ? 0 : own.resident) + theirs.reduce((sum, bytes) => sum + bytes, 0);
}

/** https://man7.org/linux/man-pages/man5/proc_pid_task.5.html */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(threads.map((id) => readFile(`/proc/${pid}/task/${id}/children`, 'utf8')));
  return lists.flatMap((list) => list.split(' ').filter((id) => id !== '')).map(Number);
}

export function parseMemory(status: string): Memory {
  const kibibytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return { resident: kibibytes('VmRSS') * 1_024, peak: kibibytes('VmHWM') * 1_024 };
}
