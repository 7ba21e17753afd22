import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { COLUMNS_PER_TABLE, createLargeSchema, TABLE_COUNT } from './large-schema.ts';
import { type MeasuredServer, parseMemory, startMeasuredServer } from './measured-server.ts';
import { formatSpread, spreadOf } from './statistics.ts';

const ROUNDS = 15;
const FORMATS = ['sql', 'json'] as const;

/**
 * Compares the export of a large schema through HTTP with `sqlite3 .schema` on the same file, alternating between them so that both run
 * under the same conditions. Prints times, ratios, memory and the event loop's longest delay.
 */
export async function benchmarkSchemaExport(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rowhouse-bench-'));
  const file = join(folder, 'large.sqlite');
  createLargeSchema(file);
  const server = await startMeasuredServer(join(folder, 'data'));
  try {
    await importFile(server, file);
    const idle = await server.memory();
    console.log(
      `${TABLE_COUNT} tables, ${TABLE_COUNT * COLUMNS_PER_TABLE} columns, ${ROUNDS} rounds; the median (and the range)`,
    );
    for (const format of FORMATS) await compare(server, file, format);
    const after = await server.memory();
    const shell = await shellPeakBytes(file);
    console.log(
      `memory: the server ${megabytes(idle.resident)} MB before, at most ${megabytes(after.peak)} MB; sqlite3 ${megabytes(shell)} MB`,
    );
    console.log(
      `memory of the exports over idle, to sqlite3’s: ${((after.peak - idle.resident) / shell).toFixed(1)} ×`,
    );
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function importFile(server: MeasuredServer, file: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ project_slug: 'large', project_name: 'Large' });
  await expectOk(await server.fetch('POST', '/projects', { headers, body }));
  const content = Readable.toWeb(createReadStream(file)) as NonNullable<RequestInit['body']>;
  const upload = {
    headers: { 'content-type': 'application/vnd.sqlite3' },
    body: content,
    duplex: 'half',
  } as RequestInit;
  await expectOk(await server.fetch('POST', '/projects/large/import/sqlite', upload));
}

async function compare(server: MeasuredServer, file: string, format: string): Promise<void> {
  const ours: number[] = [];
  const shells: number[] = [];
  await exportOnce(server, format);
  server.resetDelay();
  for (let round = 0; round < ROUNDS; round++) {
    shells.push(await timed(() => shellSchema(file)));
    ours.push(await timed(() => exportOnce(server, format)));
  }
  const ratios = ours.map((time, round) => time / (shells[round] ?? Number.NaN));
  console.log(
    `${format.padEnd(4)}  export ${formatSpread(spreadOf(ours))} ms;  sqlite3 .schema ${formatSpread(spreadOf(shells))} ms;  ` +
      `ratio ${formatSpread(spreadOf(ratios))} ×;  event loop held up ${(await server.maxDelayMs()).toFixed(1)} ms at most`,
  );
}

/** Creates, syncs and stores an export. Its download is not included, because the shell's output is not read either. */
async function exportOnce(server: MeasuredServer, format: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ format });
  await expectOk(await server.fetch('POST', '/projects/large/export/schema', { headers, body }));
}

async function expectOk(response: Response): Promise<void> {
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
}

async function shellSchema(file: string): Promise<string> {
  const shell = spawn('sqlite3', [file, '.schema'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const output = text(shell.stdout);
  await once(shell, 'close');
  return output;
}

/** The shell prints its own statistics, which are not available after it has ended. */
async function shellPeakBytes(file: string): Promise<number> {
  const shell = spawn('sqlite3', [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  shell.stdin.end('.schema\n.print memory\n.shell cat /proc/$PPID/status\n');
  const output = await text(shell.stdout);
  return parseMemory(output.slice(output.lastIndexOf('memory\n'))).peak;
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(0);
}
