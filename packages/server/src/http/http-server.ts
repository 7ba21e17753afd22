import type { IncomingMessage, ServerResponse } from 'node:http';

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawServerDefault,
} from 'fastify';

import type { Rate } from '../core/config.ts';
import { RowhouseError } from '../core/errors.ts';
import { timestampedId } from '../core/ids.ts';
import { settings } from '../core/settings.ts';
import type { Authenticator } from './access/authentication.ts';
import type { OperationGrouper } from './access/operation-grouping.ts';
import type { ProjectIds } from './access/project-ids.ts';
import { askForBodies } from './bodies/ask-for-body.ts';
import { parseBodies } from './bodies/body-parsing.ts';
import { answerClientError, answerOddRequests } from './client-errors.ts';
import { compressAnswers } from './compression/compress-answers.ts';
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
import { EdgeCounts } from './observability/edge-counts.ts';
import { EdgeLog } from './observability/edge-log.ts';
import { observeRequests, type RequestObserver } from './observability/finished-requests.ts';
import { requestLines } from './observability/request-lines.ts';
import { ThrottledLog } from './observability/throttled-log.ts';
import { logOfRequest, traceRequests } from './observability/trace-context.ts';
import type { PublicAddress } from './public-address.ts';
import { routeRules } from './route-rules.ts';
import { createValidation } from './validation.ts';

export interface HttpServerOptions {
  readonly log: FastifyBaseLogger;
  readonly authenticator: Authenticator;
  readonly bodyMaxBytes: number;
  readonly bodyMemory?: BodyMemoryLimits;
  /** Whether to compress long answers for clients that accept it; true by default. */
  readonly compression?: boolean;
  /**
   * Whether to check every answer against the schema and the errors that its route declares. Schemas are then compiled as they
   * are used. For tests.
   */
  readonly checkResponses?: boolean;
  readonly timeouts?: Partial<Timeouts>;
  readonly maxConnections?: number;
  readonly workLimits?: WorkLimits;
  /** The rate limit of each project token; null for none. */
  readonly rateLimit?: Rate | null;
  /** A monotonic clock in seconds. For tests. */
  readonly rateClock?: () => number;
  /** The addresses of the service; without them, only loopback addresses and those of its sockets. */
  readonly publicAddress?: PublicAddress;
  readonly counts?: EdgeCounts;
  readonly observers?: readonly RequestObserver[];
  /** Finds the project of the admin credential's requests. Without it, they have none. */
  readonly projectIds?: ProjectIds;
  readonly grouper?: OperationGrouper | null;
}

export interface Timeouts {
  readonly headersMs: number;
  readonly bodyMs: number;
  /** The period over which a JSON body must average 1 KiB a second. */
  readonly bodyStallMs: number;
  /** How long a connection may be idle. */
  readonly keepAliveMs: number;
  /** How often Node checks for late headers. */
  readonly checkMs: number;
  /** How long a client may read no byte of its answer; noticed after at most twice this time. */
  readonly answerStallMs: number;
  /** How long the rest of a body may arrive after its request was answered, before the connection is cut. */
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

/** A few tenths of a second of short work. More requests would wait too long to be worthwhile. */
const WORK_LIMITS: WorkLimits = { total: 10_000, perProject: 2_000 };

/** The limit of the request line and the headers together. A filter with a thousand values fits into a query. */
const MAX_HEADER_BYTES = 65_536;

/** Creates a server without routes. It checks each route that is registered against the rules of the edge. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const check = options.checkResponses ?? false;
  const validation = createValidation({ lazily: check });
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
  askForBodies(app.server);
  app.setValidatorCompiler(validation.compiler);
  app.setSerializerCompiler(createSerializerCompiler({ check }));
  app.setErrorHandler((error, request, reply) => sendFailure(error, request, reply, { validation, check }));
  app.decorate('publicAddress', options.publicAddress ?? NO_PUBLIC_ADDRESS);
  app.decorateRequest('credential', null);
  app.decorateRequest('idempotency', null);
  app.decorateRequest('bodySha256', '');
  app.decorateRequest('originalRequestId', null);
  app.decorateRequest('projectId', null);
  app.decorateRequest('grouping', null);
  app.decorateRequest('valueFormat', 'plain');
  traceRequests(app);
  observeRequests(app, [...(options.observers ?? []), ...requestLines(options.log)]);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(envelopeHeaders(request.id));
    done();
  });
  if (options.compression ?? true) compressAnswers(app);
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
    routeRules({
      authenticator,
      projectIds,
      grouper,
      rateLimits: rateLimitsOf(options, observed),
    }),
  );
  return app;
}

const NO_PUBLIC_ADDRESS: PublicAddress = { publicUrl: null, allowedHosts: [] };
const NO_PROJECTS: ProjectIds = { find: () => null };

function rateLimitsOf(
  { rateLimit = null, rateClock }: HttpServerOptions,
  observed: { readonly counts: EdgeCounts; readonly warnings: ThrottledLog },
): RateLimits | null {
  if (rateLimit === null) return null;
  return new RateLimits(rateLimit, { ...observed, ...(rateClock !== undefined && { now: rateClock }) });
}

/** Adds the hook that runs for every request before the route's own hooks. */
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

/** Answers a request without a route. Its URL may exist for other methods. Its body is never read. */
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
