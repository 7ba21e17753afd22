import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { contactsOf, makeContacts, post } from '../contacts.ts';
import type { LoadReport, LoadRequest } from '../load/load-order.ts';
import { putLoad } from '../load/load.ts';
import { type MeasuredServer, startMeasuredServer } from '../measured-server.ts';
import { formatSpread, spreadOf } from '../statistics.ts';

const ROUNDS = 3;
const CONNECTIONS = 64;
const WARM_UP_MS = 1_000;
const DURATION_MS = 3_000;
const ROWS = 1_000;
const TABLE = contactsOf('bench');
const NEW_ROW = '{"email":"{sequence}@example.com","status":"active","owner_id":42}';

/** A request to Rowhouse, with the required ratio of its rate to that of the peer. */
interface Case {
  readonly name: string;
  readonly request: Omit<LoadRequest, 'token'>;
  readonly peers: readonly Peer[];
}

interface Peer {
  readonly name: string;
  /** The path on the peer, if it differs. */
  readonly path?: string;
  readonly aim: number;
}

const BARE: Omit<Peer, 'aim'> = { name: 'bare Fastify, same bytes' };

const CASES: readonly Case[] = [
  { name: 'GET one', request: { method: 'GET', path: `${TABLE}/500` }, peers: [{ ...BARE, aim: 0.6 }] },
  { name: 'list 20', request: { method: 'GET', path: `${TABLE}?limit=20` }, peers: [{ ...BARE, aim: 0.4 }] },
  {
    name: 'list 20, compressed',
    request: { method: 'GET', path: `${TABLE}?limit=20`, headers: { 'accept-encoding': 'gzip' } },
    peers: [{ name: 'bare Fastify, same bytes, not compressed', aim: 0.25 }],
  },
  {
    name: 'insert',
    request: { method: 'POST', path: TABLE, body: NEW_ROW },
    peers: [
      { ...BARE, aim: 0.4 },
      { name: 'Fastify, one commit a request', path: '/commit-each', aim: 10 },
    ],
  },
];

/**
 * Compares record requests through HTTP, with authentication and synced commits, with a bare Fastify that sends the same bytes, and one
 * that stores the same row with one commit per request. The load comes from another process, and the servers take turns, so that all
 * run under the same conditions.
 */
export async function benchmarkRecords(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rowhouse-bench-'));
  const server = await startMeasuredServer(join(folder, 'data'));
  try {
    const token = await makeContacts(server, 'bench', ROWS);
    const bare = await startBareFastify(folder, await recordAnswers(server));
    try {
      console.log(
        `${CONNECTIONS} connections, ${ROUNDS} rounds of ${DURATION_MS / 1_000} s; the median (and the range)`,
      );
      for (const one of CASES) await compare(one, { url: server.url, token }, bare.url);
    } finally {
      bare.stop();
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(
  { name, request, peers }: Case,
  rowhouse: { readonly url: string; readonly token: string },
  bareUrl: string,
): Promise<void> {
  const ours: LoadReport[] = [];
  const theirs = peers.map((): LoadReport[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    // Each round has its own rows, because an e-mail address is unique.
    const fresh = {
      ...request,
      token: rowhouse.token,
      body: request.body?.replace('{sequence}', `${round}-{sequence}`),
    };
    for (const [index, peer] of peers.entries()) {
      theirs[index]?.push(await load(bareUrl, { ...fresh, path: peer.path ?? request.path }));
    }
    ours.push(await load(rowhouse.url, fresh));
  }
  const p99 = formatSpread(spreadOf(ours.map(({ p99Ms }) => p99Ms)), 1);
  console.log(`${name.padEnd(19)} ${rates(ours)} a second, 99 % within ${p99} ms`);
  for (const [index, peer] of peers.entries()) {
    const reports = theirs[index] ?? [];
    const ratio = spreadOf(
      ours.map(({ perSecond }, round) => perSecond / (reports[round]?.perSecond ?? Number.NaN)),
    );
    console.log(
      `  to ${peer.name}, ${rates(reports)} a second: ${formatSpread(ratio, 2)} ×; the aim is ${peer.aim} ×`,
    );
  }
}

function rates(reports: readonly LoadReport[]): string {
  return formatSpread(spreadOf(reports.map(({ perSecond }) => perSecond)), 0);
}

async function load(url: string, request: LoadRequest): Promise<LoadReport> {
  const report = await putLoad({
    url,
    request,
    connections: CONNECTIONS,
    warmUpMs: WARM_UP_MS,
    durationMs: DURATION_MS,
  });
  const expected = request.method === 'POST' ? '201' : '200';
  const others = Object.keys(report.statuses).filter((status) => status !== expected);
  if (others.length > 0) throw new Error(`${request.path} answered ${JSON.stringify(report.statuses)}`);
  return report;
}

/** Rowhouse's answer to each request of a case, by method and path. */
async function recordAnswers(server: MeasuredServer): Promise<Readonly<Record<string, string>>> {
  const entries = CASES.map(async ({ request: { method, path, body } }) => {
    const [route] = path.split('?');
    const answer =
      body === undefined
        ? await (await server.fetch(method, path)).text()
        : await post(server, path, JSON.parse(body));
    return [`${method} ${route}`, answer] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function startBareFastify(
  folder: string,
  answers: Readonly<Record<string, string>>,
): Promise<{ readonly url: string; readonly stop: () => void }> {
  const answersPath = join(folder, 'answers.json');
  await writeFile(answersPath, JSON.stringify(answers));
  const script = fileURLToPath(new URL('./bare-fastify.ts', import.meta.url));
  const child = fork(script, [answersPath, join(folder, 'commit-each.sqlite')]);
  const [url] = (await once(child, 'message')) as [string];
  return { url, stop: () => void child.kill() };
}
