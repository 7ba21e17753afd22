import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { contactsOf, makeContacts } from '../contacts.ts';
import type { LoadReport, LoadRequest } from '../load/load-order.ts';
import { putLoad } from '../load/load.ts';
import { BENCH_TOKEN, type MeasuredServer, startMeasuredServer } from '../measured-server.ts';
import { formatSpread, spreadOf } from '../statistics.ts';
import type { ClientKind } from './crowd-order.ts';
import { type CrowdReport, gatherCrowd } from './crowd.ts';

const ROUNDS = 3;
const CONNECTIONS = 64;
const WARM_UP_MS = 500;
const DURATION_MS = 3_000;
const TABLE = contactsOf('bench');
const CLIENTS: Readonly<Record<ClientKind, number>> = { silent: 1_000, kept: 1_000, headers: 250, body: 250 };
const RATE_AIM = 0.9;

/** Shorter than the default, so that the whole crowd is connected during the measurement and not much longer. */
const LIMIT_SECONDS = 12;
/** Node checks for late headers every five seconds and keeps a connection a second longer; the rest is tolerance. */
const STATED_SECONDS: Readonly<Record<ClientKind, number>> = {
  silent: LIMIT_SECONDS + 6,
  kept: LIMIT_SECONDS + 2,
  headers: LIMIT_SECONDS + 6,
  body: LIMIT_SECONDS + 1,
};

const REQUESTS: Readonly<Record<string, Omit<LoadRequest, 'token'>>> = {
  'GET one': { method: 'GET', path: `${TABLE}/500` },
  insert: { method: 'POST', path: TABLE, body: '{"email":"{sequence}@example.com","owner_id":42}' },
};

/**
 * Alternates between measuring the rate and latency of ordinary clients beside a crowd of idle and slow ones and without it, and prints
 * the ratios. Also compares how long the slow connections last with the documented time.
 */
export async function benchmarkSlowClients(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rowhouse-bench-'));
  const server = await startMeasuredServer(join(folder, 'data'), {
    settings: {
      ROWHOUSE_HEADERS_TIMEOUT_SECONDS: String(LIMIT_SECONDS),
      ROWHOUSE_BODY_TIMEOUT_SECONDS: String(LIMIT_SECONDS),
      ROWHOUSE_KEEP_ALIVE_SECONDS: String(LIMIT_SECONDS),
    },
  });
  try {
    await makeContacts(server, 'bench', 1_000);
    const rounds = await measure(server);
    console.log(
      `${CONNECTIONS} connections beside ${JSON.stringify(CLIENTS)} that dawdle, ${ROUNDS} rounds of ${DURATION_MS / 1_000} s; the median (and the range)`,
    );
    for (const name of Object.keys(REQUESTS)) tellRatios(name, rounds);
    tellEnds(rounds.map(({ crowd }) => crowd));
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type Loads = Readonly<Record<string, LoadReport>>;

interface Round {
  readonly alone: Loads;
  readonly beside: Loads;
  readonly crowd: CrowdReport;
}

async function measure(server: MeasuredServer): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const alone = await loads(server, `${round}-alone`);
    const order = { url: server.url, token: BENCH_TOKEN, path: TABLE, clients: CLIENTS };
    const dispersed = await gatherCrowd(order);
    const beside = await loads(server, `${round}-beside`);
    rounds.push({ alone, beside, crowd: await dispersed() });
  }
  return rounds;
}

async function loads(server: MeasuredServer, mark: string): Promise<Loads> {
  const reports: [string, LoadReport][] = [];
  for (const [name, request] of Object.entries(REQUESTS)) {
    const body = request.body?.replace('{sequence}', `${mark}-{sequence}`);
    const report = await putLoad({
      url: server.url,
      request: { ...request, token: BENCH_TOKEN, body },
      connections: CONNECTIONS,
      warmUpMs: WARM_UP_MS,
      durationMs: DURATION_MS,
    });
    const others = Object.keys(report.statuses).filter((status) => !status.startsWith('20'));
    if (others.length > 0) throw new Error(`${name} answered ${JSON.stringify(report.statuses)}`);
    reports.push([name, report]);
  }
  return Object.fromEntries(reports);
}

function tellRatios(name: string, rounds: readonly Round[]): void {
  const ratio = (value: (report: LoadReport | undefined) => number) =>
    formatSpread(spreadOf(rounds.map(({ alone, beside }) => value(beside[name]) / value(alone[name]))), 2);
  const figures = (value: (report: LoadReport | undefined) => number, digits: number) =>
    formatSpread(spreadOf(rounds.map(({ beside }) => value(beside[name]))), digits);
  console.log(`${name}: ${figures(rate, 0)} a second: ${ratio(rate)} ×; the aim is ${RATE_AIM} ×`);
  console.log(`  99 % within ${figures(p99, 1)} ms: ${ratio(p99)} ×`);
}

function rate(report: LoadReport | undefined): number {
  return report?.perSecond ?? Number.NaN;
}

function p99(report: LoadReport | undefined): number {
  return report?.p99Ms ?? Number.NaN;
}

function tellEnds(crowds: readonly CrowdReport[]): void {
  for (const [kind, stated] of Object.entries(STATED_SECONDS) as [ClientKind, number][]) {
    const ends = crowds.map((crowd) => crowd[kind]);
    const longest = Math.max(...ends.map(({ longestSeconds }) => longestSeconds));
    const answers = ends.map((end) => JSON.stringify(end.answers)).join(' ');
    console.log(
      `${kind}: the last was gone after ${longest.toFixed(1)} s; stated are ${stated} s. Answers: ${answers}`,
    );
    if (longest > stated) throw new Error(`a client of the kind ${kind} was not sent away in time`);
  }
}
