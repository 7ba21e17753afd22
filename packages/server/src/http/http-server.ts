import type { IncomingMessage, ServerResponse } from 'node:http';

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawServerDefault,
} from 'fastify';

import { type Rate, settings } from '../core/config.ts';
import { RowhouseError } from '../core/errors.ts';
import { timestampedId } from '../core/ids.ts';
import type { Authenticator } from './access/authentication.ts';
import type { OperationGrouper } from './access/operation-grouping.ts';
import type { ProjectIds } from './access/project-ids.ts';
import { parseBodies } from './bodies/body-parsing.ts';
import { answerClientError, answerOddRequests } from './client-errors.ts';
import { success } from './envelope.ts';
import { envelopeHeaders, sendFailure } from './failures.ts';
import { createSerializerCompiler } from './json/serialization.ts';
import { createKnownRoutes, type KnownRoutes } from './known-routes.ts';
import { BodyMemory, type BodyMemoryLimits } from './limits/body-memory.ts';
import { limitConnections } from './limits/connection-limit.ts';
import { endConnections } from './limits/ending-connections.ts';
import { RateLimits } from './limits/rate-limits.ts';
import { cutSlowReaders } from './limits/slow-readers.ts';
import { limitWork, type WorkLimits } from './limits/work-limits.ts';
import { EdgeCounts } from './observing/edge-counts.ts';
import { EdgeLog } from './observing/edge-log.ts';
import { observeRequests, type RequestObserver } from './observing/finished-requests.ts';
import { requestLines } from './observing/request-lines.ts';
import { ThrottledLog } from './observing/throttled-log.ts';
import { logOfRequest, traceRequests } from './observing/trace-context.ts';
import { routeRules } from './route-rules.ts';
import { createValidation } from './validation.ts';

export interface HttpServerOptions {
  readonly log: FastifyBaseLogger;
  readonly authenticator: Authenticator;
  readonly bodyMaxBytes: number;
  readonly bodyMemory?: BodyMemoryLimits;
  /** Checks every answer against the schema and the errors its route declares, and fails it where they differ. For tests. */
  readonly checkResponses?: boolean;
  readonly timeouts?: Partial<Timeouts>;
  readonly maxConnections?: number;
  readonly workLimits?: WorkLimits;
  /** Of each project token; null for none. */
  readonly rateLimit?: Rate | null;
  /** In seconds, and never set back. For tests. */
  readonly rateClock?: () => number;
  readonly counts?: EdgeCounts;
  readonly observers?: readonly RequestObserver[];
  /** Which project the admin credential's requests concern; without it, none. */
  readonly projectIds?: ProjectIds;
  readonly grouper?: OperationGrouper | null;
}

export interface Timeouts {
  readonly headersMs: number;
  readonly bodyMs: number;
  /** In each such time a JSON body must bring 1 KiB for every second of it. */
  readonly bodyStallMs: number;
  /** How long a connection may wait for its next request. */
  readonly keepAliveMs: number;
  /** How often Node looks for requests whose headers are late. */
  readonly checkMs: number;
  /** How long a client may take no byte of its answer; noticed in up to twice this time. */
  readonly answerStallMs: number;
  /** How long the rest of a body may keep coming after its request was answered, before the connection is cut. */
  readonly lingerMs: number;
}

export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

const DEFAULT_TIMEOUTS: Timeouts = {
  headersMs: settings.headersTimeoutSeconds.default * 1_000,
  bodyMs: settings.bodyTimeoutSeconds.default * 1_000,
  bodyStallMs: settings.bodyStallSeconds.default * 1_000,
  keepAliveMs: settings.keepAliveSeconds.default * 1_000,
  checkMs: 5_000,
  answerStallMs: 30_000,
  lingerMs: 5_000,
};

const BODY_MEMORY: BodyMemoryLimits = {
  total: settings.bodiesMaxBytes.default,
  perAddress: settings.addressBodiesMaxBytes.default,
};

/** Some tenths of a second of work where it is short; more than so many would wait longer than it is worth. */
const WORK_LIMITS: WorkLimits = { total: 10_000, perProject: 2_000 };

/** The request line and the headers together. A filter with a thousand values fits into a query. */
const MAX_HEADER_BYTES = 65_536;

/** A server that knows no route yet and holds each that is registered to the rules of the edge. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const validation = createValidation();
  const check = options.checkResponses ?? false;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const { counts = new EdgeCounts(), maxConnections = Infinity } = options;
  const warnings = new ThrottledLog(options.log);
  const observed = { counts, warnings };
  const app: HttpServer = Fastify({
    loggerInstance: options.log,
    logController: new EdgeLog(),
    childLoggerFactory: logOfRequest,
    genReqId: () => timestampedId('req'),
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
    frameworkErrors: (error, request, reply) =>
      void sendFailure(error, request, reply, { validation, check }),
    clientErrorHandler: (error, socket) =>
      answerClientError(error, socket, { maxHeaderBytes: MAX_HEADER_BYTES, ...observed }),
    keepAliveTimeout: timeouts.keepAliveMs,
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: timeouts.headersMs,
      connectionsCheckingInterval: timeouts.checkMs,
      requireHostHeader: false,
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  limitConnections(app.server, { maxConnections, ...observed });
  answerOddRequests(app.server);
  app.setValidatorCompiler(validation.compiler);
  app.setSerializerCompiler(createSerializerCompiler({ check }));
  app.setErrorHandler((error, request, reply) => sendFailure(error, request, reply, { validation, check }));
  app.decorateRequest('credential', null);
  app.decorateRequest('idempotency', null);
  app.decorateRequest('bodySha256', '');
  app.decorateRequest('originalRequestId', null);
  app.decorateRequest('projectId', null);
  app.decorateRequest('grouping', null);
  traceRequests(app);
  observeRequests(app, [...(options.observers ?? []), ...requestLines(options.log)]);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(envelopeHeaders(request.id));
    done();
  });
  limitWork(app, options.workLimits ?? WORK_LIMITS, observed);
  endConnections(app, { ...timeouts, ...observed });
  cutSlowReaders(app, { ...timeouts, ...observed });
  receiveRequests(app);
  parseBodies(app, {
    ...timeouts,
    bodyMaxBytes: options.bodyMaxBytes,
    memory: new BodyMemory(options.bodyMemory ?? BODY_MEMORY, observed),
  });
  const { authenticator, projectIds = NO_PROJECTS, grouper = null } = options;
  app.addHook(
    'onRoute',
    routeRules({ authenticator, projectIds, grouper, rateLimits: rateLimitsOf(options, observed) }),
  );
  return app;
}

const NO_PROJECTS: ProjectIds = { idOf: () => null };

function rateLimitsOf(
  { rateLimit = null, rateClock }: HttpServerOptions,
  observed: { readonly counts: EdgeCounts; readonly warnings: ThrottledLog },
): RateLimits | null {
  if (rateLimit === null) return null;
  return new RateLimits(rateLimit, { ...observed, ...(rateClock !== undefined && { now: rateClock }) });
}

/** What happens to every request before its route's own hooks. */
function receiveRequests(app: HttpServer): void {
  const routes = createKnownRoutes();
  app.addHook('onRoute', routes.add);
  app.addHook('onRequest', (request, reply, done) => {
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      return done(new RowhouseError('malformed_request', 'An HTTP/1.1 request must have a Host header.'));
    }
    if (request.is404) return answerUnrouted(request, reply, routes, done);
    done();
  });
}

/** A request that no route takes: its URL may still be known for other methods. Its body is never read. */
function answerUnrouted(
  request: FastifyRequest,
  reply: FastifyReply,
  routes: KnownRoutes,
  done: (error?: Error) => void,
): void {
  const allowed = routes.methodsOf(request.url);
  if (allowed.length === 0) {
    return done(new RowhouseError('not_found', 'Route not found.'));
  }
  reply.header('allow', allowed.join(', '));
  if (request.method === 'OPTIONS') {
    void reply.send(success(request, { allow: allowed }));
    return;
  }
  done(
    new RowhouseError(
      'method_not_allowed',
      `Method ${request.method} is not allowed. Allowed: ${allowed.join(', ')}.`,
    ),
  );
}
