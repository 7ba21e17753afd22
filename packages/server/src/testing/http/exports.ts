import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { databaseFile } from '../databases/database-file.ts';
import { eventually } from '../system/waiting.ts';
import { importDatabase } from './import-and-export.ts';
import type { Answer, CallOptions, TestServer } from './test-server.ts';

export interface Manifest {
  readonly id: string;
  readonly table: string | null;
  readonly download_name: string;
  readonly download_url: string;
  readonly row_count: number | null;
  readonly size_bytes: number;
  readonly status: string;
  readonly status_reason: string | null;
  readonly notes: readonly string[];
  readonly expires_at: string | null;
  readonly sha256: string;
  readonly download_count: number;
  readonly progress: { readonly done: number; readonly total: number | null; readonly unit: string } | null;
}

/** A view that never returns a row: an export of it runs until it is stopped, and writes almost nothing. */
export const ENDLESS =
  'CREATE VIEW endless AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS rows FROM n;';

/** Statements for a table `stone` with this many rows of about 100 bytes. */
export function stones(rows: number): string {
  return `CREATE TABLE stone (id INTEGER PRIMARY KEY, name TEXT, weight TEXT);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
      INSERT INTO stone (name, weight) SELECT 'stone ' || i, hex(randomblob(40)) FROM n;`;
}

/** Creates a project with the database of these statements. @returns its token. */
export async function projectOf(server: TestServer, slug: string, statements: string): Promise<string> {
  const token = await server.createProject(slug);
  const { status, body } = await importDatabase(server, slug, Uint8Array.from(databaseFile(statements)));
  assert.equal(status, 201, JSON.stringify(body));
  return token;
}

/** @param what for example `table/stone`. */
export function requestOf(
  server: TestServer,
  project: string,
  what: string,
  json: unknown = {},
  options: CallOptions = {},
): Promise<Answer> {
  return server.call('POST', `/projects/${project}/export/${what}`, { json, ...options });
}

/** A finished synchronous export. */
export async function exportNow(
  server: TestServer,
  project: string,
  what: string,
  json: unknown = {},
  options: CallOptions = {},
): Promise<Manifest> {
  const { status, body } = await requestOf(server, project, what, json, options);
  assert.equal(status, 201, JSON.stringify(body));
  return body.data.export;
}

/** An asynchronous export. */
export async function exportLater(
  server: TestServer,
  project: string,
  what: string,
  json: unknown = {},
  options: CallOptions = {},
): Promise<Manifest> {
  const headers = { prefer: 'respond-async' };
  const { status, body } = await requestOf(server, project, what, json, { ...options, headers });
  assert.equal(status, 202, JSON.stringify(body));
  return body.data.export;
}

export async function findExport(
  server: TestServer,
  project: string,
  { id }: Pick<Manifest, 'id'>,
  options: CallOptions = {},
): Promise<Manifest> {
  const { status, body } = await server.call('GET', `/projects/${project}/exports/${id}`, options);
  assert.equal(status, 200, JSON.stringify(body));
  return body.data.export;
}

/** Polls an export until it has one of these statuses. */
export async function whenExport(
  server: TestServer,
  project: string,
  made: Pick<Manifest, 'id'>,
  ...statuses: readonly string[]
): Promise<Manifest> {
  let found = await findExport(server, project, made);
  await eventually(async () => {
    found = await findExport(server, project, made);
    return statuses.includes(found.status);
  });
  return found;
}

export async function listExports(
  server: TestServer,
  project: string,
  query = '',
): Promise<readonly Manifest[]> {
  const { status, body } = await server.call('GET', `/projects/${project}/exports?limit=500${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body.data.exports;
}

export async function download(
  server: TestServer,
  made: Manifest,
  options: CallOptions = {},
): Promise<Buffer> {
  const response = await server.fetch('GET', made.download_url, options);
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.equal(response.status, 200, bytes.toString('utf8', 0, 1_000));
  return bytes;
}

/** The files of a project in the store, including incomplete ones. */
export function filesOf(dataDir: string, project: string): readonly string[] {
  const folder = join(dataDir, 'exports', project);
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
}

/** The ids of a server's export processes. */
export function exportProcesses(serverId: number): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((id) => {
      const [parent, command] = [readOf(id, 'status'), readOf(id, 'cmdline')];
      return new RegExp(`^PPid:\\s${serverId}$`, 'm').test(parent) && command.includes('export-process');
    });
}

/** Empty for a process that has ended. */
function readOf(id: number, file: string): string {
  try {
    return readFileSync(`/proc/${id}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
