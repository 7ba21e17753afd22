import { join } from 'node:path';

import type { FastifyBaseLogger } from 'fastify';

import { Operations } from './activity/operations.ts';
import { RequestLog, type RequestLogStatistics } from './activity/request-log/request-log.ts';
import { type Catalog, catalogQueue, type CatalogQueue, openCatalog } from './catalog/catalog.ts';
import { eraseLeftovers } from './catalog/erase-leftovers.ts';
import { findProjectBySlug } from './catalog/project-by-slug.ts';
import type { ProjectRow } from './catalog/tables.ts';
import { beginCreation, isAbandoned } from './catalog/unfinished-projects.ts';
import { type Access, composeAccess } from './compose-access.ts';
import type { Config } from './core/config.ts';
import { timestamp } from './core/ids.ts';
import { prepareDataFolder } from './data-folder/prepare-data-folder.ts';
import type { LeftOpen } from './data-folder/private-data-folder.ts';
import { openServiceKey } from './data-folder/service-key.ts';
import type { EngineStatistics } from './engine/engine-statistics.ts';
import type { Engine } from './engine/engine.ts';
import type { ProjectBatches } from './engine/project-batches.ts';
import type { ProjectQueries } from './engine/project-queries.ts';
import type { ProjectRecords } from './engine/project-records.ts';
import type { ProjectTables } from './engine/project-tables.ts';
import { openSqliteEngine } from './engine/sqlite/sqlite-engine.ts';
import type { ExportFiles } from './files/export-files.ts';
import { openLocalExportFiles } from './files/local-export-files.ts';
import type { HttpServerOptions } from './http/http-server.ts';
import { startMaintenance } from './maintenance.ts';
import type { PasswordCost } from './passwords/password-hash.ts';
import type { PasswordLogins } from './passwords/password-logins.ts';
import { Bootstrap } from './resources/bootstrap/bootstrap.ts';
import { ExportLinks } from './resources/exports/downloads/export-links.ts';
import { LinkKeys } from './resources/exports/downloads/link-keys.ts';
import { Exports } from './resources/exports/exports.ts';
import { ExportReconciler } from './resources/exports/jobs/export-reconciler.ts';
import type { ExportStatistics } from './resources/exports/jobs/export-runner.ts';
import { Imports } from './resources/imports/imports.ts';
import { ProjectIdCache } from './resources/projects/project-id-cache.ts';
import { Projects } from './resources/projects/projects.ts';
import { AccessTests } from './resources/tokens/access-tests.ts';

/** The current load of the service, and its counts since the start. */
export interface ServiceStatistics extends EngineStatistics {
  readonly exports: ExportStatistics;
  readonly requestLog: RequestLogStatistics;
}

/** The service without HTTP. Routes and the command line call it. */
export interface Service extends Access {
  readonly accessTests: AccessTests;
  readonly projects: Projects;
  readonly bootstrap: Bootstrap;
  readonly imports: Imports;
  readonly exports: Exports;
  readonly exportLinks: ExportLinks;
  /** The routes call these parts of the engine directly. */
  readonly tables: ProjectTables;
  readonly records: ProjectRecords;
  readonly batches: ProjectBatches;
  readonly queries: ProjectQueries;
  readonly operations: Operations;
  /** The services that the HTTP server uses for each call. */
  readonly calls: Pick<HttpServerOptions, 'observers' | 'projectIds' | 'grouper'>;
  /** Returns whether no server has run on this data folder before. */
  isNew(): Promise<boolean>;
  /** Stores that the first start is complete. A service is not ready before. */
  markStarted(): Promise<void>;
  /** Returns whether the catalog answers and the first start is complete. */
  isReady(): Promise<boolean>;
  statistics(): ServiceStatistics;
  /** Stops every thread and closes every database. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  /** The clock of operation runs, in milliseconds since 1970. Tests set it. */
  readonly now?: () => number;
  /** How long a request waits for the log of requests, in milliseconds. For tests, on machines that are slow. */
  readonly logPatienceMs?: number;
  /** The cost of new password hashes. Tests set a low one, as they hash many. */
  readonly passwordCost?: PasswordCost;
}

const UPLOAD_STALL_LIMIT_MS = 60_000;

/** The maximum number of calls waiting for the log: about 25 MB. */
const REQUESTS_QUEUED = 50_000;

/** The maximum number of running and waiting exports. */
const EXPORT_LIMITS = { perProject: 100, total: 1_000 };

/**
 * Opens the data folder, and creates it if it does not exist. Two processes cannot share one.
 * @throws DataFolderInUseError if another server has it open; DataFolderError if it holds projects but no catalog.
 */
export async function composeService(
  config: Config,
  log: FastifyBaseLogger,
  serviceOptions: ServiceOptions = {},
): Promise<Service> {
  warnOfOpenFiles(await prepareDataFolder(config.dataDir), log);
  const onThreadCrash = (err: Error) =>
    log.error({ err }, 'a thread or a process crashed and will be restarted');
  // First, because it locks the folder, so no files of another server are removed.
  const queue = catalogQueue();
  const catalog = await openCatalog(join(config.dataDir, 'catalog.sqlite'), onThreadCrash, queue);
  const opened = openStores(config, catalog, { log, onThreadCrash });
  const { files, engine, linkKeys } = await opened.catch(async (error: unknown) => {
    await catalog.destroy();
    throw error;
  });
  const { passwordCost } = serviceOptions;
  const { logins, closeLogins, ...access } = composeAccess(catalog, { passwordCost, onThreadCrash });
  const { tokens } = access;
  const projectIds = new ProjectIdCache(catalog);
  const { requestLog, operations } = openActivity(config, log, serviceOptions);
  const onDeleted = ({ id, project_slug }: ProjectRow) => {
    projectIds.forget(project_slug);
    access.sessions.forgetAll();
    // If this fails, the next start does it.
    void operations.forgetProject(id).catch(() => undefined);
  };
  const projects = new Projects({ catalog, engine, tokens, files, onDeleted });
  const exports = new Exports({
    catalog,
    engine,
    files,
    limits: EXPORT_LIMITS,
    retentionSeconds: config.exportRetentionSeconds === 0 ? null : config.exportRetentionSeconds,
    onError: (err) => log.error({ err }, 'an export failed'),
  });
  const reconciler = new ExportReconciler({ catalog, files, exports });
  await recover({ projects, reconciler, requestLog, catalog });
  const housekeeping = startMaintenance({ ...access, exports, reconciler, config, log });
  return {
    ...access,
    accessTests: new AccessTests({ catalog, engine, tokens }),
    exports,
    exportLinks: new ExportLinks(catalog, linkKeys),
    tables: engine.tables,
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
    bootstrap: new Bootstrap({ catalog, projects, ...access }),
    imports: new Imports({ engine, maxBytes: config.importMaxBytes, stallLimitMs: UPLOAD_STALL_LIMIT_MS }),
    isNew: async () => (await firstStartedAt(catalog)) === undefined,
    markStarted: () => markStarted(catalog),
    isReady: () => isReady(catalog),
    statistics: () => statisticsOf({ engine, queue, logins, exports, requestLog }),
    close: async () => {
      await housekeeping.stop();
      await closeLogins();
      await exports.close();
      await engine.close();
      await requestLog.close();
      await catalog.destroy();
    },
  };
}

/** The service starts anyway: some disks have no permissions, and the folder may belong to another user. */
function warnOfOpenFiles(open: LeftOpen | null, log: FastifyBaseLogger): void {
  if (open === null) return;
  log.warn(
    open,
    'other users may read the data folder: change its owner to the user that the service runs as',
  );
}

async function openStores(
  config: Config,
  catalog: Catalog,
  { log, onThreadCrash }: { readonly log: FastifyBaseLogger; readonly onThreadCrash: (error: Error) => void },
): Promise<{ readonly files: ExportFiles; readonly engine: Engine; readonly linkKeys: LinkKeys }> {
  const linkKeys = await openLinkKeys(config, catalog, log);
  const files = await openLocalExportFiles(join(config.dataDir, 'exports'));
  const engine = await openSqliteEngine({
    directory: join(config.dataDir, 'projects'),
    maxOpenDatabases: config.maxOpenDatabases,
    projects: {
      isProject: async (slug) => (await findProjectBySlug(catalog, slug)) !== undefined,
      beginCreation: (slug) => beginCreation(catalog, slug),
      isAbandoned: (slug, creationId) => isAbandoned(catalog, slug, creationId),
    },
    pointThreads: 1,
    writerThreads: 2,
    readerThreads: 2,
    queryTimeoutMs: config.queryTimeoutMs,
    exportDirectory: join(config.dataDir, 'exports'),
    exportDrafts: files,
    exportTimeoutMs: config.exportTimeoutSeconds * 1_000,
    exportMaxBytes: config.exportMaxBytes,
    onThreadCrash,
  });
  return { files, engine, linkKeys };
}

/** The service starts even with another key file than before: only links are invalid then, and new ones can be created. */
async function openLinkKeys(config: Config, catalog: Catalog, log: FastifyBaseLogger): Promise<LinkKeys> {
  const keyFile = config.keyFile ?? join(config.dataDir, 'service.key');
  const linkKeys = new LinkKeys(await openServiceKey(keyFile));
  await linkKeys.sealClearKeys(catalog);
  await eraseLeftovers(catalog).catch((err: unknown) => {
    log.error({ err }, 'keys of links may be left in free space of the catalog; the next start tries again');
  });
  const projects = await linkKeys.countUnreadable(catalog);
  if (projects > 0) {
    log.warn(
      { keyFile, projects },
      'the key file is not the one that encrypted the keys of links: links to exports are invalid; restore the file',
    );
  }
  return linkKeys;
}

function statisticsOf({
  engine,
  queue,
  logins,
  exports,
  requestLog,
}: {
  readonly engine: Engine;
  readonly queue: CatalogQueue;
  readonly logins: PasswordLogins;
  readonly exports: Exports;
  readonly requestLog: RequestLog;
}): ServiceStatistics {
  const { queues, commitSizes } = engine.statistics();
  return {
    queues: { ...queues, catalog: queue.depth, logins: logins.depth },
    commitSizes,
    exports: exports.statistics(),
    requestLog: requestLog.statistics(),
  };
}

function openActivity(
  config: Config,
  log: FastifyBaseLogger,
  { now = Date.now, logPatienceMs }: ServiceOptions,
): { readonly requestLog: RequestLog; readonly operations: Operations } {
  const requestLog = new RequestLog({
    path: join(config.dataDir, 'requests.sqlite'),
    keptDays: config.requestLogDays,
    maxRows: config.requestLogMaxRows,
    maxQueued: REQUESTS_QUEUED,
    now,
    settlingLimitMs: logPatienceMs,
    onError: (err, { dropped }) =>
      log.error({ err, dropped }, 'calls could not be written to the request log'),
  });
  const operations = new Operations({
    log: requestLog,
    idleSeconds: config.operationIdleSeconds,
    archiveLimitMs: logPatienceMs,
    now,
  });
  return { requestLog, operations };
}

/** Runs before the first request: finishes deletions and exports that a stop interrupted. */
async function recover({
  projects,
  reconciler,
  requestLog,
  catalog,
}: {
  readonly projects: Projects;
  readonly reconciler: ExportReconciler;
  readonly requestLog: RequestLog;
  readonly catalog: Catalog;
}): Promise<void> {
  await projects.recover();
  await reconciler.recover();
  await forgetLoggedProjects(requestLog, catalog).catch(() => undefined);
}

/** Removes deleted projects from the log, if the service stopped before the log had removed them. */
async function forgetLoggedProjects(requestLog: RequestLog, catalog: Catalog): Promise<void> {
  const rows = await catalog.selectFrom('projects').select('id').execute();
  await requestLog.removeProjectsExcept(new Set(rows.map(({ id }) => id)));
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

async function isReady(catalog: Catalog): Promise<boolean> {
  try {
    return (await firstStartedAt(catalog)) !== undefined;
  } catch {
    return false;
  }
}
