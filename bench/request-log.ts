import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

import { contactsOf, makeContacts } from './contacts.ts';
import type { LoadReport } from './load/load-order.ts';
import { putLoad } from './load/load.ts';
import { type MeasuredServer, startMeasuredServer } from './measured-server.ts';
import { formatSpread, spreadOf } from './statistics.ts';

const ROUNDS = 12;
const CONNECTIONS = 64;
const WARM_UP_MS = 200;
const DURATION_MS = 1_000;
const AIM = 0.9;
const UNLOGGED = fileURLToPath(new URL('./unlogged-server.ts', import.meta.url));

interface Target {
  readonly server: MeasuredServer;
  readonly token: string;
}

interface Measured extends LoadReport {
  /** Per call, in microseconds. */
  readonly cpuMicros: number;
}

/** The headers of the calls, which are also sent to a server without a request log. */
const CASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'logged alone': {},
  'with a key and a run': { 'X-Operation-Key': 'edit-profile-email', 'X-Operation-Run-Id': 'journey-1' },
  'with a key and a trace': {
    'X-Operation-Key': 'edit-profile-email',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  },
};

/**
 * Measures the cost of the request log and of operation headers for reading one record, alternating in short turns with a server without
 * a log. CPU time per call, over all threads, depends less than the rate on other load of the machine.
 */
export async function benchmarkRequestLog(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rowhouse-bench-'));
  const logged = await startTarget(join(folder, 'logged'));
  const unlogged = await startTarget(join(folder, 'unlogged'), UNLOGGED);
  let sent = 0;
  try {
    console.log(
      `GET one, ${CONNECTIONS} connections, ${ROUNDS} rounds of ${DURATION_MS / 1_000} s; the median (and the range)`,
    );
    const bare: Measured[] = [];
    const reports = new Map(Object.keys(CASES).map((name) => [name, [] as Measured[]]));
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await load(unlogged, {}));
      for (const [name, headers] of Object.entries(CASES)) {
        const report = await load(logged, headers);
        reports.get(name)?.push(report);
        sent += Math.round((report.perSecond * DURATION_MS) / 1_000);
      }
    }
    console.log(`${'not logged'.padEnd(24)} ${figures(bare)}`);
    for (const [name, ours] of reports) {
      const ratio = (value: (report: Measured) => number) => {
        const ratios = ours.map((report, round) => value(report) / value(bare[round] ?? report));
        return formatSpread(spreadOf(ratios), 2);
      };
      console.log(`${name.padEnd(24)} ${figures(ours)}`);
      console.log(`  ${ratio(({ perSecond }) => perSecond)} × the rate; the aim is ${AIM} ×`);
      console.log(`  ${ratio(({ cpuMicros }) => cpuMicros)} × the processor's time`);
    }
  } finally {
    await Promise.all([logged.server.stop(), unlogged.server.stop()]);
  }
  console.log(`in the log: ${countLogged(folder)} calls, of ${sent} measured and those of the warm-ups`);
  await rm(folder, { recursive: true, force: true });
}

function figures(reports: readonly Measured[]): string {
  const rates = formatSpread(spreadOf(reports.map(({ perSecond }) => perSecond)), 0);
  const p99 = formatSpread(spreadOf(reports.map(({ p99Ms }) => p99Ms)), 1);
  const cpu = formatSpread(spreadOf(reports.map(({ cpuMicros }) => cpuMicros)), 0);
  return `${rates} a second, 99 % within ${p99} ms, ${cpu} µs of a processor`;
}

async function startTarget(dataDir: string, main?: string): Promise<Target> {
  const server = await startMeasuredServer(dataDir, main === undefined ? {} : { main });
  return { server, token: await makeContacts(server, 'bench', 1_000) };
}

async function load({ server, token }: Target, headers: Readonly<Record<string, string>>): Promise<Measured> {
  const before = await server.cpuMs();
  const report = await putLoad({
    url: server.url,
    request: { method: 'GET', path: `${contactsOf('bench')}/500`, token, headers },
    connections: CONNECTIONS,
    warmUpMs: WARM_UP_MS,
    durationMs: DURATION_MS,
  });
  const others = Object.keys(report.statuses).filter((status) => status !== '200');
  if (others.length > 0) throw new Error(`the server answered ${JSON.stringify(report.statuses)}`);
  const cpuMs = (await server.cpuMs()) - before;
  const calls = (report.perSecond * (WARM_UP_MS + DURATION_MS)) / 1_000;
  return { ...report, cpuMicros: (cpuMs * 1_000) / calls };
}

function countLogged(folder: string): number {
  using database = new DatabaseSync(join(folder, 'logged', 'requests.sqlite'), { readOnly: true });
  return Number(database.prepare('SELECT count(*) AS calls FROM requests').get()?.['calls']);
}
