import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { syncFile } from '../packages/server/src/runtime/disk/sync.ts';
import { post } from './contacts.ts';
import type { LoadReport, LoadRequest } from './load/load-order.ts';
import { putLoad } from './load/load.ts';
import { type MeasuredServer, startMeasuredServer } from './measured-server.ts';
import { formatSpread, spreadOf } from './statistics.ts';

const ROWS = 2_000_000;
const ROUNDS = 5;
const MEMORY_INTERVAL_MS = 20;
const LOAD_MS = 6_000;
const LOAD_ROUNDS = 3;
const CONNECTIONS = [4, 16] as const;

/** Each format with its route and the sqlite3 shell's arguments for the same export. */
const FORMATS: readonly {
  readonly format: string;
  readonly route: 'table/orders' | 'database';
  readonly shell: (file: string, output: string) => readonly string[];
}[] = [
  {
    format: 'csv',
    route: 'table/orders',
    shell: (file) => [file, '-csv', '-header', 'SELECT * FROM orders'],
  },
  { format: 'json', route: 'table/orders', shell: (file) => [file, '-json', 'SELECT * FROM orders'] },
  { format: 'sql', route: 'database', shell: (file) => [file, '.dump'] },
  { format: 'sqlite', route: 'database', shell: (file, output) => [file, `VACUUM INTO '${output}'`] },
];

/**
 * Compares exports of a large table through HTTP with the sqlite3 shell on the same file, alternating between them. Also measures their
 * memory, and the latency of point reads of another project meanwhile.
 */
export async function benchmarkDataExport(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rowhouse-bench-'));
  const file = join(folder, 'large.sqlite');
  createLargeTable(file);
  const server = await startMeasuredServer(join(folder, 'data'));
  try {
    const token = await fillProjects(server, file);
    const megabytes = (await stat(file)).size / 1_000_000;
    console.log(`${ROWS} rows, ${megabytes.toFixed(0)} MB, ${ROUNDS} rounds; the median (and the range)`);
    const idleBytes = await server.residentOfAll();
    for (const format of FORMATS) await compare(server, { ...format, file, folder, idleBytes });
    for (const connections of CONNECTIONS) await measureNeighbours(server, token, connections);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Typical data of a shop: names, places, prices and remarks, some with commas and quotes, some missing. */
function createLargeTable(path: string): void {
  using database = new DatabaseSync(path);
  database.exec(`CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, city TEXT, amount REAL, quantity INTEGER, note TEXT);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
    INSERT INTO orders SELECT i, 'Customer number ' || (i * 7919 % 100003), substr('Amsterdam, Berlin, Copenhagen "DK"', 1 + i % 20, 10),
      round(i * 0.37, 2), i % 50, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 'left, at the door' ELSE 'ok' END FROM n;`);
}

/** @returns a token for another project, whose records are read meanwhile. */
async function fillProjects(server: MeasuredServer, file: string): Promise<string> {
  await post(server, '/projects', { project_slug: 'large', project_name: 'Large' });
  const calm = await post(server, '/projects', { project_slug: 'calm', project_name: 'Calm' });
  const upload = {
    headers: { 'content-type': 'application/vnd.sqlite3' },
    body: Readable.toWeb(createReadStream(file)),
    duplex: 'half',
  } as RequestInit;
  await expectOk(await server.fetch('POST', '/projects/large/import/sqlite', upload));
  await post(server, '/projects/calm/table', { table_name: 'notes', columns: [{ column_name: 'text' }] });
  const rows = Array.from({ length: 10_000 }, (_, index) => ({ text: `note ${index}` }));
  await post(server, '/projects/calm/records/notes', { rows, return: 'none' });
  // A first, small export starts the export process.
  await post(server, '/projects/calm/export/table/notes', { limit: 1 });
  const { data } = JSON.parse(calm) as { readonly data: { readonly token: { readonly token: string } } };
  return data.token.token;
}

interface Comparison {
  readonly format: string;
  readonly route: string;
  readonly shell: (file: string, output: string) => readonly string[];
  readonly file: string;
  readonly folder: string;
  readonly idleBytes: number;
}

async function compare(
  server: MeasuredServer,
  { format, route, shell, file, folder, idleBytes }: Comparison,
): Promise<void> {
  const output = join(folder, 'shell-output');
  const ours: number[] = [];
  const shells: number[] = [];
  const synced: number[] = [];
  const peaks: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const shellTime = await timed(() => runShell(shell(file, output), output));
    shells.push(shellTime);
    synced.push(shellTime + (await timed(() => syncFile(output))));
    await rm(output);
    const watch = watchMemory(server);
    ours.push(await exportOnce(server, route, format));
    peaks.push(await watch.peak());
    await changeSomething(server);
  }
  const speedTo = (times: readonly number[]) => {
    return formatSpread(spreadOf(times.map((time, round) => time / (ours[round] ?? Number.NaN))), 2);
  };
  const grown = spreadOf(peaks.map((peak) => (peak - idleBytes) / 1_000_000));
  console.log(
    `${format.padEnd(6)}  export ${formatSpread(spreadOf(ours), 0)} ms;  sqlite3 ${formatSpread(spreadOf(shells), 0)} ms;  ` +
      `speed ${speedTo(synced)} ×, or ${speedTo(shells)} × where its output is not synced;  memory over idle ${formatSpread(grown, 0)} MB`,
  );
}

/** Writes the output to a file. */
async function runShell(words: readonly string[], output: string): Promise<void> {
  const shell = spawn('sqlite3', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(shell, 'close');
  if (words.some((word) => word.startsWith('VACUUM'))) shell.stdout.resume();
  else await pipeline(shell.stdout, createWriteStream(output));
  await ended;
}

/** Creates, syncs and stores an export, and then deletes it to save disk space. @returns the duration in milliseconds. */
async function exportOnce(server: MeasuredServer, route: string, format: string): Promise<number> {
  const start = performance.now();
  const answer = await post(server, `/projects/large/export/${route}`, { format });
  const time = performance.now() - start;
  const { data } = JSON.parse(answer) as { readonly data: { readonly export: { readonly id: string } } };
  const { id } = data.export;
  await expectOk(await server.fetch('DELETE', `/projects/large/exports/${id}`));
  return time;
}

/** Without a change, the next export would reuse the stored file. */
async function changeSomething(server: MeasuredServer): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ quantity: Math.floor(Math.random() * 50) });
  await expectOk(await server.fetch('PATCH', '/projects/large/records/orders/1', { headers, body }));
}

function watchMemory(server: MeasuredServer): { readonly peak: () => Promise<number> } {
  let most = 0;
  const look = async () => {
    most = Math.max(most, await server.residentOfAll());
  };
  const timer = setInterval(() => void look(), MEMORY_INTERVAL_MS);
  return {
    peak: async () => {
      clearInterval(timer);
      await look();
      return most;
    },
  };
}

/** Alternates between point reads of another project during continuous exports and the same reads without exports. */
async function measureNeighbours(server: MeasuredServer, token: string, connections: number): Promise<void> {
  const alone: LoadReport[] = [];
  const beside: LoadReport[] = [];
  for (let round = 0; round < LOAD_ROUNDS; round++) {
    alone.push(await load(server, token, connections));
    const exporting = new AbortController();
    const exports = keepExporting(server, exporting.signal);
    beside.push(await load(server, token, connections));
    exporting.abort();
    await exports;
  }
  const ratios = beside.map(({ perSecond }, round) => perSecond / (alone[round]?.perSecond ?? Number.NaN));
  console.log(
    `GET one of another project, ${connections} connections, beside exports: ${formatSpread(spreadOf(ratios), 2)} × the rate ` +
      `(${spreadOf(alone.map(({ perSecond }) => perSecond)).median.toFixed(0)} a second without); ` +
      `the slowest request ${longest(beside)} ms, without exports ${longest(alone)} ms`,
  );
}

function longest(reports: readonly LoadReport[]): string {
  return formatSpread(spreadOf(reports.map(({ maxMs }) => maxMs)), 0);
}

async function keepExporting(server: MeasuredServer, signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn++) {
    const { route, format } = FORMATS[turn % FORMATS.length] ?? { route: 'database', format: 'sql' };
    await exportOnce(server, route, format);
    await changeSomething(server);
  }
}

async function load(server: MeasuredServer, token: string, connections: number): Promise<LoadReport> {
  const request: LoadRequest = { method: 'GET', path: '/projects/calm/records/notes/500', token };
  const order = { url: server.url, request, connections, warmUpMs: 1_000, durationMs: LOAD_MS };
  const report = await putLoad(order);
  const others = Object.keys(report.statuses).filter((status) => status !== '200');
  if (others.length > 0) throw new Error(`${request.path} answered ${JSON.stringify(report.statuses)}`);
  return report;
}

async function expectOk(response: Response): Promise<unknown> {
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return JSON.parse(answer);
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
