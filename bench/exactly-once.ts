import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { contactsOf, makeContacts } from './contacts.ts';
import type { LoadReport, LoadRequest } from './load/load-order.ts';
import { putLoad } from './load/load.ts';
import { startMeasuredServer } from './measured-server.ts';
import { formatSpread, spreadOf } from './statistics.ts';

const ROUNDS = 3;
const CONNECTIONS = 64;
const WARM_UP_MS = 500;
const DURATION_MS = 3_000;
const AIM = 0.5;
const TABLE = contactsOf('bench');
const NEW_ROW = '{"email":"{mark}-{sequence}@example.com","status":"active","owner_id":42}';
const OPERATIONS = 10;

/** An insert, the same with an idempotency key (one more lookup and row), and a batch of inserts. */
const CASES: Readonly<Record<string, Pick<LoadRequest, 'path' | 'body' | 'headers'>>> = {
  insert: { path: TABLE, body: NEW_ROW },
  'with a key': { path: TABLE, body: NEW_ROW, headers: { 'Idempotency-Key': '{mark}-{sequence}' } },
  [`batch of ${OPERATIONS}`]: { path: '/projects/bench/batch', body: batchOf(OPERATIONS) },
};

/** Alternates between inserts with and without an idempotency key. */
export async function benchmarkExactlyOnce(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rowhouse-bench-'));
  const server = await startMeasuredServer(join(folder, 'data'));
  try {
    const token = await makeContacts(server, 'bench', 1_000);
    const rounds: Record<string, LoadReport>[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const reports: Record<string, LoadReport> = {};
      for (const [index, [name, request]] of Object.entries(CASES).entries()) {
        reports[name] = await load(
          server.url,
          marked({ ...request, method: 'POST', token }, `${round}-${index}`),
        );
      }
      rounds.push(reports);
    }
    console.log(
      `${CONNECTIONS} connections, ${ROUNDS} rounds of ${DURATION_MS / 1_000} s; the median (and the range)`,
    );
    for (const name of Object.keys(CASES)) tell(name, rounds);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function tell(name: string, rounds: readonly Readonly<Record<string, LoadReport>>[]): void {
  const rates = formatSpread(spreadOf(rounds.map((round) => rateOf(round, name))), 0);
  const ratio = formatSpread(
    spreadOf(rounds.map((round) => rateOf(round, name) / rateOf(round, 'insert'))),
    2,
  );
  const aim = name === 'with a key' ? `; the aim is ${AIM} ×` : '';
  console.log(`${name.padEnd(12)} ${rates} a second: ${ratio} × the requests of an insert${aim}`);
}

function rateOf(round: Readonly<Record<string, LoadReport>>, name: string): number {
  return round[name]?.perSecond ?? Number.NaN;
}

/** Makes the rows and keys of each round unique. */
function marked(request: LoadRequest, mark: string): LoadRequest {
  const fill = (text: string) => text.replaceAll('{mark}', mark);
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) => [name, fill(value)]);
  return { ...request, body: fill(request.body ?? ''), headers: Object.fromEntries(headers) };
}

function batchOf(operations: number): string {
  const texts = Array.from({ length: operations }, (_, index) => {
    const body = NEW_ROW.replace('{mark}', `{mark}-${index}`);
    return `{"method":"POST","path":"/records/contacts","body":${body}}`;
  });
  return `{"operations":[${texts.join(',')}]}`;
}

async function load(url: string, request: LoadRequest): Promise<LoadReport> {
  const order = { url, request, connections: CONNECTIONS, warmUpMs: WARM_UP_MS, durationMs: DURATION_MS };
  const report = await putLoad(order);
  const others = Object.keys(report.statuses).filter((status) => !status.startsWith('20'));
  if (others.length > 0) throw new Error(`${request.path} answered ${JSON.stringify(report.statuses)}`);
  return report;
}
