import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { FastifyBaseLogger } from 'fastify';

import { Operations } from './activity/operations.ts';
import {
  RequestLog,
  type RequestLogOptions,
  type RequestLogStatistics,
} from './activity/request-log/request-log.ts';
import { type Catalog, catalogQueue, type CatalogQueue, openCatalog } from './catalog/catalog.ts';
import { findProjectBySlug } from './catalog/project-by-slug.ts';
import type { ProjectRow } from './catalog/tables.ts';
import type { Config } from './core/config.ts';
import { timestamp } from './core/ids.ts';
import type { EngineStatistics } from './engine/engine-statistics.ts';
import type { Engine } from './engine/engine.ts';
import { openSqliteEngine } from './engine/sqlite/sqlite-engine.ts';
import type { ExportFiles } from './files/export-files.ts';
import { openLocalExportFiles } from './files/local-export-files.ts';
import type { HttpServerOptions } from './http/http-server.ts';
import { Bootstrap } from './resources/bootstrap/bootstrap.ts';
import { Columns } from './resources/columns/columns.ts';
import { ExportLinks } from './resources/exports/downloads/export-links.ts';
import { Exports, type ExportStatistics } from './resources/exports/exports.ts';
import { ExportReconciler } from './resources/exports/jobs/export-reconciler.ts';
import { Imports } from './resources/imports/imports.ts';
import { Indexes } from './resources/indexes/indexes.ts';
import { ProjectIdCache } from './resources/projects/project-id-cache.ts';
import { Projects } from './resources/projects/projects.ts';
import type { Queries } from './resources/query/query.ts';
import type { Batches, Records } from './resources/records/records.ts';
import { Tables } from './resources/tables/tables.ts';
import { AccessTests } from './resources/tokens/access-tests.ts';
import { Tokens } from './resources/tokens/tokens.ts';
import { Users } from './resources/users/users.ts';

/** How busy the service is at this moment, and what it has done since it was opened. */
export interface ServiceStatistics extends EngineStatistics {
  readonly exports: ExportStatistics;
  readonly requestLog: RequestLogStatistics;
}

/** Everything that Rowhouse does, without HTTP: what the routes call, and what the command line calls directly. */
export interface Service {
  readonly tokens: Tokens;
  readonly accessTests: AccessTests;
  readonly projects: Projects;
  readonly users: Users;
  readonly bootstrap: Bootstrap;
  readonly imports: Imports;
  readonly exports: Exports;
  readonly exportLinks: ExportLinks;
  readonly tables: Tables;
  readonly columns: Columns;
  readonly indexes: Indexes;
  readonly records: Records;
  readonly batches: Batches;
  readonly queries: Queries;
  readonly operations: Operations;
  /** What the edge tells of each call, and asks of it. */
  readonly calls: Pick<HttpServerOptions, 'observers' | 'projectIds' | 'grouper'>;
  /** Whether no server ever ran on this data folder. */
  isNew(): Promise<boolean>;
  markStarted(): Promise<void>;
  /** Whether the catalog answers. */
  isReady(): Promise<boolean>;
  statistics(): ServiceStatistics;
  /** Ends every thread and closes every database. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  /** The clock of operations, in milliseconds since 1970. For tests, which move it. */
  readonly now?: () => number;
  /** How long a request waits for the log of requests, in milliseconds. For tests, on machines that are slow. */
  readonly logPatienceMs?: number;
}

const USE_RECORDING_INTERVAL_MS = 30_000;
const TOKEN_SWEEP_INTERVAL_MS = 600_000;
const EXPORT_SWEEP_INTERVAL_MS = 30_000;
const UPLOAD_STALL_LIMIT_MS = 60_000;

/** Calls that wait to be written to the log: some 25 MB. */
const REQUESTS_QUEUED = 50_000;

/** Exports that are being made or wait to be. */
const EXPORT_LIMITS = { perProject: 100, total: 1_000 };

/**
 * Opens the data folder, or makes it. Two processes never share one.
 * @throws DataFolderInUseError when another server has it open.
 */
export async function composeService(
  config: Config,
  log: FastifyBaseLogger,
  { now = Date.now, logPatienceMs }: ServiceOptions = {},
): Promise<Service> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const onThreadCrash = (err: Error) =>
    log.error({ err }, 'a thread or a process died; a new one takes its place');
  // First, because it locks the folder: nobody else's files are swept.
  const queue = catalogQueue();
  const catalog = await openCatalog(join(config.dataDir, 'catalog.sqlite'), onThreadCrash, queue);
  const { files, engine } = await openStores(config, catalog, onThreadCrash).catch(async (error: unknown) => {
    await catalog.destroy();
    throw error;
  });
  const tokens = new Tokens(catalog);
  const projectIds = new ProjectIdCache(catalog);
  const requestLog = openRequestLog(config, log, { now, settlingLimitMs: logPatienceMs });
  const operations = new Operations({
    log: requestLog,
    idleSeconds: config.operationIdleSeconds,
    archiveLimitMs: logPatienceMs,
    now,
  });
  const onDeleted = ({ id, project_slug }: ProjectRow) => {
    projectIds.forget(project_slug);
    // Where it fails, the next start does it.
    void operations.forgetProject(id).catch(() => undefined);
  };
  const projects = new Projects({ catalog, engine, tokens, files, onDeleted });
  const users = new Users({ catalog, tokens });
  const exports = new Exports({
    catalog,
    engine,
    files,
    limits: EXPORT_LIMITS,
    retentionSeconds: config.exportRetentionSeconds === 0 ? null : config.exportRetentionSeconds,
    onFault: (err) => log.error({ err }, 'an export could not be made'),
  });
  const upkeep = new ExportReconciler({ catalog, files, exports });
  await upkeep.recover();
  await forgetLoggedProjects(requestLog, catalog).catch(() => undefined);
  const housekeeping = startMaintenance({ tokens, exports, upkeep, config, log });
  return {
    tokens,
    accessTests: new AccessTests({ catalog, engine, tokens }),
    exports,
    exportLinks: new ExportLinks(catalog),
    tables: new Tables(engine.tables),
    columns: new Columns(engine.tables),
    indexes: new Indexes(engine.tables),
    records: engine.records,
    batches: engine.batches,
    queries: engine.queries,
    operations,
    calls: {
      observers: [(finished) => operations.record(finished)],
      projectIds,
      grouper: operations.grouper,
    },
    projects,
    users,
    bootstrap: new Bootstrap({ catalog, projects, tokens, users }),
    imports: new Imports({ engine, maxBytes: config.importMaxBytes, stallLimitMs: UPLOAD_STALL_LIMIT_MS }),
    isNew: async () => (await firstStartedAt(catalog)) === undefined,
    markStarted: () => markStarted(catalog),
    isReady: () => catalogAnswers(catalog),
    statistics: () => statisticsOf({ engine, queue, exports, requestLog }),
    close: async () => {
      await housekeeping.stop();
      await exports.close();
      await engine.close();
      await requestLog.close();
      await catalog.destroy();
    },
  };
}

async function openStores(
  config: Config,
  catalog: Catalog,
  onThreadCrash: (error: Error) => void,
): Promise<{ readonly files: ExportFiles; readonly engine: Engine }> {
  const files = await openLocalExportFiles(join(config.dataDir, 'exports'));
  const engine = await openSqliteEngine({
    directory: join(config.dataDir, 'projects'),
    maxOpenDatabases: config.maxOpenDatabases,
    isProject: async (slug) => (await findProjectBySlug(catalog, slug)) !== undefined,
    pointThreads: 1,
    writerThreads: 2,
    readerThreads: 2,
    queryTimeoutMs: config.queryTimeoutMs,
    exportDirectory: join(config.dataDir, 'exports'),
    exportTimeoutMs: config.exportTimeoutSeconds * 1_000,
    exportMaxBytes: config.exportMaxBytes,
    onThreadCrash,
  });
  return { files, engine };
}

function statisticsOf({
  engine,
  queue,
  exports,
  requestLog,
}: {
  readonly engine: Engine;
  readonly queue: CatalogQueue;
  readonly exports: Exports;
  readonly requestLog: RequestLog;
}): ServiceStatistics {
  const { queues, commitSizes } = engine.statistics();
  return {
    queues: { ...queues, catalog: queue.depth },
    commitSizes,
    exports: exports.statistics(),
    requestLog: requestLog.statistics(),
  };
}

function openRequestLog(
  config: Config,
  log: FastifyBaseLogger,
  { now, settlingLimitMs }: Pick<RequestLogOptions, 'now' | 'settlingLimitMs'>,
): RequestLog {
  return new RequestLog({
    path: join(config.dataDir, 'requests.sqlite'),
    keptDays: config.requestLogDays,
    maxRows: config.requestLogMaxRows,
    maxQueued: REQUESTS_QUEUED,
    now,
    settlingLimitMs,
    onFault: (err, { dropped }) =>
      log.error({ err, dropped }, 'calls could not be written to the request log'),
  });
}

/** Those that were deleted, and the service stopped before the log had forgotten them. */
async function forgetLoggedProjects(requestLog: RequestLog, catalog: Catalog): Promise<void> {
  const rows = await catalog.selectFrom('projects').select('id').execute();
  await requestLog.keepProjects(new Set(rows.map(({ id }) => id)));
}

async function firstStartedAt(catalog: Catalog): Promise<string | undefined> {
  const row = await catalog
    .selectFrom('service')
    .select('value')
    .where('name', '=', 'first_started_at')
    .executeTakeFirst();
  return row?.value;
}

async function markStarted(catalog: Catalog): Promise<void> {
  const row = { name: 'first_started_at', value: timestamp() } as const;
  await catalog
    .insertInto('service')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function catalogAnswers(catalog: Catalog): Promise<boolean> {
  try {
    await firstStartedAt(catalog);
    return true;
  } catch {
    return false;
  }
}

/**
 * What is done now and then: the use of tokens and the downloads of exports are written down, and what is expired, or ended long
 * ago, is removed.
 */
function startMaintenance({
  tokens,
  exports,
  upkeep,
  config,
  log,
}: {
  readonly tokens: Tokens;
  readonly exports: Exports;
  readonly upkeep: ExportReconciler;
  readonly config: Config;
  readonly log: FastifyBaseLogger;
}): { readonly stop: () => Promise<void> } {
  const logging = (what: string) => (err: unknown) => log.error({ err }, what);
  const record = async () => {
    await tokens.recordUse().catch(logging('the use of tokens could not be recorded'));
    await exports.recordDownloads().catch(logging('the downloads of exports could not be recorded'));
  };
  const sweep = () => tokens.sweep(config.tokenKeptDays).catch(logging('old tokens could not be removed'));
  let exportsSwept = Promise.resolve();
  const sweepExports = () => {
    exportsSwept = exportsSwept.then(() => upkeep.sweep()).catch(logging('old exports could not be removed'));
  };
  const swept = sweep();
  const timers = [
    setInterval(() => void record(), USE_RECORDING_INTERVAL_MS),
    setInterval(() => void sweep(), TOKEN_SWEEP_INTERVAL_MS),
    setInterval(sweepExports, EXPORT_SWEEP_INTERVAL_MS),
  ];
  for (const timer of timers) timer.unref();
  return {
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      // What is being swept is not to be taken for something else once exports end.
      await Promise.all([swept, exportsSwept]);
      await record();
    },
  };
}
