import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { makeContacts } from './contacts.ts';
import type { LoadReport, LoadRequest } from './load/load-order.ts';
import { putLoad } from './load/load.ts';
import { BENCH_TOKEN, type MeasuredServer, startMeasuredServer } from './measured-server.ts';
import { formatSpread, spreadOf } from './statistics.ts';

const ROUNDS = 3;
const WARM_UP_MS = 1_000;
const DURATION_MS = 5_000;
const ROWS = 10_000;
const POINT: LoadRequest = { method: 'GET', path: '/projects/calm/records/contacts/500', token: BENCH_TOKEN };

/** A few connections show the waiting time of a request; many show the remaining capacity. */
const CONNECTIONS = [4, 64] as const;

const ENDLESS = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)';

/** The statements that ten clients of another project repeat. */
const HOSTILE_STATEMENTS: readonly string[] = [
  `${ENDLESS} SELECT count(*) FROM c`,
  `${ENDLESS} SELECT x FROM c ORDER BY random()`,
  `${ENDLESS} SELECT group_concat(hex(zeroblob(10000))) FROM c`,
  `${ENDLESS} SELECT count(DISTINCT zeroblob(1000) || x) FROM c`,
  `${ENDLESS} SELECT replace(hex(zeroblob(20000000)), '0', '00000000') FROM c`,
  `${ENDLESS} SELECT x FROM c WHERE x < 0`,
  'SELECT count(*) FROM contacts a, contacts b, contacts c',
  'SELECT a.email FROM contacts a, contacts b ORDER BY random()',
  'SELECT zeroblob(2e9)',
  `SELECT ${Array.from({ length: 40 }, () => 'randomblob(60000000)').join(', ')}`,
];

/**
 * Alternates between requests of one project beside hostile queries of another and the same requests without them, and prints the
 * ratios. Also compares a query with a read of a record, and with the same statement in this process.
 */
export async function benchmarkQueryIsolation(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rowhouse-bench-'));
  const server = await startMeasuredServer(join(folder, 'data'));
  try {
    for (const project of ['calm', 'hostile']) await makeContacts(server, project, ROWS);
    for (const connections of CONNECTIONS) await compareWithHostile(server, connections);
    await measureLatency(server, join(folder, 'data', 'projects', 'calm', 'database.sqlite'));
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function compareWithHostile(server: MeasuredServer, connections: number): Promise<void> {
  const alone: LoadReport[] = [];
  const beside: LoadReport[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await load(server, POINT, connections));
    const stop = startHostile(server);
    beside.push(await load(server, POINT, connections));
    await stop();
  }
  const ratio = (value: (report: LoadReport) => number) => {
    const ratios = beside.map((report, round) => value(report) / value(alone[round] ?? report));
    return formatSpread(spreadOf(ratios), 2);
  };
  console.log(`GET one, ${connections} connections, beside ten endless queries of another project`);
  console.log(
    `  ${figures(beside, ({ perSecond }) => perSecond, 0)} a second: ${ratio((r) => r.perSecond)} ×`,
  );
  console.log(`  median ${figures(beside, (r) => r.medianMs, 2)} ms: ${ratio((r) => r.medianMs)} ×`);
  console.log(`  99 % within ${figures(beside, (r) => r.p99Ms, 2)} ms: ${ratio((r) => r.p99Ms)} ×`);
}

function figures(
  reports: readonly LoadReport[],
  value: (report: LoadReport) => number,
  digits: number,
): string {
  return formatSpread(spreadOf(reports.map(value)), digits);
}

/** @returns a function that stops the load and waits until none of it runs. */
function startHostile(server: MeasuredServer): () => Promise<void> {
  const leaving = new AbortController();
  const clients = HOSTILE_STATEMENTS.map(async (sql) => {
    while (!leaving.signal.aborted)
      await query(server, 'hostile', sql, leaving.signal).catch(() => undefined);
  });
  return async () => {
    leaving.abort();
    await Promise.all(clients);
    // This query gets its turn after those.
    await query(server, 'hostile', 'SELECT 1');
  };
}

async function measureLatency(server: MeasuredServer, databasePath: string): Promise<void> {
  const statements = {
    'one row': 'SELECT * FROM contacts WHERE id = 500',
    'a count of 10,000 rows by owner': 'SELECT owner_id, count(*) FROM contacts GROUP BY owner_id',
  };
  const point = await load(server, POINT, 1);
  console.log(`One request after another: GET one, median ${point.medianMs.toFixed(2)} ms`);
  for (const [name, sql] of Object.entries(statements)) {
    const body = JSON.stringify({ sql });
    const path = '/projects/calm/query';
    const { medianMs, p99Ms } = await load(server, { method: 'POST', path, token: BENCH_TOKEN, body }, 1);
    const here = medianInProcess(databasePath, sql);
    console.log(
      `  query for ${name}: median ${medianMs.toFixed(2)} ms, 99 % within ${p99Ms.toFixed(2)} ms; in process ${here.toFixed(2)} ms`,
    );
  }
}

/** The statement alone, on an open connection. */
function medianInProcess(databasePath: string, sql: string): number {
  using database = new DatabaseSync(databasePath, { readOnly: true });
  const times = Array.from({ length: 500 }, () => {
    const start = performance.now();
    database.prepare(sql).all();
    return performance.now() - start;
  });
  return spreadOf(times).median;
}

async function load(server: MeasuredServer, request: LoadRequest, connections: number): Promise<LoadReport> {
  const report = await putLoad({
    url: server.url,
    request,
    connections,
    warmUpMs: WARM_UP_MS,
    durationMs: DURATION_MS,
  });
  const others = Object.keys(report.statuses).filter((status) => status !== '200');
  if (others.length > 0) throw new Error(`${request.path} answered ${JSON.stringify(report.statuses)}`);
  return report;
}

async function query(
  server: MeasuredServer,
  project: string,
  sql: string,
  signal: AbortSignal | null = null,
): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const init = { headers, body: JSON.stringify({ sql }), signal };
  const response = await server.fetch('POST', `/projects/${project}/query`, init);
  await response.arrayBuffer();
}
