import type { FastifyBaseLogger, RouteOptions } from 'fastify';

import { registerOperationRoutes } from './activity/operations.routes.ts';
import { registerRequestRoutes } from './activity/requests.routes.ts';
import type { Service } from './compose.ts';
import type { Config } from './core/config.ts';
import { createHttpServer, type HttpServer } from './http/http-server.ts';
import { registerDocsPageRoutes } from './openapi/docs-page.routes.ts';
import { registerOpenApiRoutes } from './openapi/openapi.routes.ts';
import { registerAccountUserRoutes } from './resources/accounts/account-users.routes.ts';
import { registerAccountRoutes } from './resources/accounts/accounts.routes.ts';
import { registerAuditRoutes } from './resources/audit/audit.routes.ts';
import { registerBootstrapRoute } from './resources/bootstrap/bootstrap.routes.ts';
import { registerColumnRoutes } from './resources/columns/columns.routes.ts';
import { registerExportRoutes } from './resources/exports/exports.routes.ts';
import { registerHealthRoutes } from './resources/health/health.routes.ts';
import { registerImportRoutes } from './resources/imports/imports.routes.ts';
import { registerIndexRoutes } from './resources/indexes/indexes.routes.ts';
import { registerMetricsRoute } from './resources/metrics/metrics.routes.ts';
import { Metrics } from './resources/metrics/metrics.ts';
import { registerProjectRoutes } from './resources/projects/projects.routes.ts';
import { registerQueryRoute } from './resources/query/query.routes.ts';
import { registerBatchRoute } from './resources/records/batch.routes.ts';
import { registerRecordRoutes } from './resources/records/records.routes.ts';
import { registerSessionRoutes } from './resources/sessions/sessions.routes.ts';
import { registerSignInPageRoutes } from './resources/sessions/sign-in-page.routes.ts';
import { registerTableRoutes } from './resources/tables/tables.routes.ts';
import { registerAccessTestRoute } from './resources/tokens/access-tests.routes.ts';
import { registerAdminTokenRoute } from './resources/tokens/admin-token.routes.ts';
import { registerTokenRoutes } from './resources/tokens/tokens.routes.ts';
import { registerProjectUserRoutes } from './resources/users/project-users.routes.ts';
import { registerLoginRoute } from './resources/users/users.routes.ts';

export interface AppOptions {
  readonly config: Pick<
    Config,
    | 'bodyMaxBytes'
    | 'bodiesMaxBytes'
    | 'addressBodiesMaxBytes'
    | 'publicUrl'
    | 'allowedHosts'
    | 'compression'
    | 'maxConnections'
    | 'headersTimeoutSeconds'
    | 'bodyTimeoutSeconds'
    | 'bodyStallSeconds'
    | 'keepAliveSeconds'
    | 'rateLimit'
  >;
  readonly log: FastifyBaseLogger;
  /** The service's metrics; created if omitted. */
  readonly metrics?: Metrics;
  /** Whether to check every answer against its route's schema. For tests. */
  readonly checkResponses?: boolean;
  /** Called for each route when it is registered. */
  readonly onRoute?: (route: RouteOptions) => void;
}

/** Creates the HTTP server of a service, with the routes of every resource. It does not listen yet. */
export function createApp(
  service: Service,
  { config, log, metrics = metricsOf(service), checkResponses = false, onRoute }: AppOptions,
): HttpServer {
  const app = createHttpServer({
    log,
    authenticator: service.authenticator,
    bodyMaxBytes: config.bodyMaxBytes,
    bodyMemory: { total: config.bodiesMaxBytes, perAddress: config.addressBodiesMaxBytes },
    compression: config.compression === 'on',
    publicAddress: { publicUrl: config.publicUrl, allowedHosts: config.allowedHosts },
    maxConnections: config.maxConnections,
    rateLimit: config.rateLimit,
    timeouts: {
      headersMs: config.headersTimeoutSeconds * 1_000,
      bodyMs: config.bodyTimeoutSeconds * 1_000,
      bodyStallMs: config.bodyStallSeconds * 1_000,
      keepAliveMs: config.keepAliveSeconds * 1_000,
    },
    checkResponses,
    counts: metrics.edge,
    ...service.calls,
    observers: [...(service.calls.observers ?? []), (finished) => metrics.requests.add(finished)],
  });
  if (onRoute !== undefined) app.addHook('onRoute', onRoute);
  // First, because it describes the routes that are registered after it.
  registerOpenApiRoutes(app);
  registerDocsPageRoutes(app);
  registerMetricsRoute(app, metrics);
  registerHealthRoutes(app, () => service.isReady());
  registerProjectRoutes(app, service.projects);
  registerBootstrapRoute(app, service.bootstrap);
  registerTokenRoutes(app, service.tokens);
  registerAdminTokenRoute(app, service.adminToken);
  registerLoginRoute(app, service.users);
  registerProjectUserRoutes(app, service.projectUsers);
  registerAccountRoutes(app, service.accounts);
  registerAccountUserRoutes(app, service.accountUsers);
  registerSessionRoutes(app, service.sessions, service.signIns);
  registerSignInPageRoutes(app);
  registerAuditRoutes(app, service.audit);
  registerAccessTestRoute(app, service.accessTests);
  registerImportRoutes(app, service.imports, service.audit);
  registerExportRoutes(app, service);
  registerTableRoutes(app, service.tables, service.audit);
  registerColumnRoutes(app, service.tables);
  registerIndexRoutes(app, service.tables);
  registerRecordRoutes(app, service.records);
  registerBatchRoute(app, service.batches);
  registerQueryRoute(app, service.queries);
  registerOperationRoutes(app, service.operations);
  registerRequestRoutes(app, service.operations);
  return app;
}

/** Returns the metrics of a service. */
export function metricsOf(service: Service): Metrics {
  return new Metrics({ service: () => service.statistics() });
}
