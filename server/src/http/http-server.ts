import type { IncomingMessage, ServerResponse } from 'node:http';

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RawServerDefault,
} from 'fastify';

import { RowhouseError } from '../errors.ts';
import type { Authenticator } from './authentication.ts';
import { parseBodies } from './body-parsing.ts';
import { answerClientError, answerOddRequests } from './client-errors.ts';
import { success } from './envelope.ts';
import { envelopeHeaders, sendFailure } from './failures.ts';
import { observeRequests, type RequestObserver } from './finished-requests.ts';
import { timestampedId } from './ids.ts';
import { createKnownRoutes, type KnownRoutes } from './known-routes.ts';
import type { OperationGrouper } from './operation-grouping.ts';
import type { ProjectIds } from './project-ids.ts';
import { routeRules } from './route-rules.ts';
import { createSerializerCompiler } from './serialization.ts';
import { logOfRequest, traceRequests } from './trace-context.ts';
import { createValidation } from './validation.ts';

export interface HttpServerOptions {
  readonly log: FastifyBaseLogger;
  readonly authenticator: Authenticator;
  readonly bodyMaxBytes: number;
  /** Checks every answer against the schema and the errors its route declares, and fails it where they differ. For tests. */
  readonly checkResponses?: boolean;
  readonly timeouts?: Partial<Timeouts>;
  readonly observers?: readonly RequestObserver[];
  /** Which project the admin credential's requests concern; without it, none. */
  readonly projectIds?: ProjectIds;
  readonly grouper?: OperationGrouper | null;
}

export interface Timeouts {
  readonly headersMs: number;
  readonly bodyMs: number;
  /** How often Node looks for requests whose headers are late. */
  readonly checkMs: number;
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

const DEFAULT_TIMEOUTS: Timeouts = { headersMs: 60_000, bodyMs: 120_000, checkMs: 5_000, lingerMs: 5_000 };

/** The request line and the headers together. A filter with a thousand values fits into a query. */
const MAX_HEADER_BYTES = 65_536;

/** A server that knows no route yet and holds each that is registered to the rules of the edge. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const validation = createValidation();
  const check = options.checkResponses ?? false;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const app: HttpServer = Fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    childLoggerFactory: logOfRequest,
    genReqId: () => timestampedId('req'),
    bodyLimit: options.bodyMaxBytes,
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
    frameworkErrors: (error, request, reply) =>
      void sendFailure(error, request, reply, { validation, check }),
    clientErrorHandler: (error, socket) => answerClientError(error, socket, MAX_HEADER_BYTES),
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: timeouts.headersMs,
      connectionsCheckingInterval: timeouts.checkMs,
      requireHostHeader: false,
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  answerOddRequests(app.server);
  app.setValidatorCompiler(validation.compiler);
  app.setSerializerCompiler(createSerializerCompiler({ check }));
  app.setErrorHandler((error, request, reply) => sendFailure(error, request, reply, { validation, check }));
  app.decorateRequest('credential', null);
  app.decorateRequest('projectId', null);
  app.decorateRequest('grouping', null);
  traceRequests(app);
  observeRequests(app, options.observers ?? []);
  receiveRequests(app);
  app.addHook('onResponse', (request, _reply, done) => {
    if (!request.raw.complete) dropRestOfBody(request.raw, timeouts.lingerMs);
    done();
  });
  parseBodies(app, { bodyTimeoutMs: timeouts.bodyMs });
  const { authenticator, projectIds = NO_PROJECTS, grouper = null } = options;
  app.addHook('onRoute', routeRules({ authenticator, projectIds, grouper }));
  return app;
}

const NO_PROJECTS: ProjectIds = { idOf: () => null };

/** What happens to every request before its route's own hooks. */
function receiveRequests(app: HttpServer): void {
  const routes = createKnownRoutes();
  let closing = false;
  app.addHook('onRoute', routes.add);
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(envelopeHeaders(request.id));
    if (closing) return done(new RowhouseError('unavailable', 'The service is shutting down.'));
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      return done(new RowhouseError('malformed_request', 'A request of HTTP/1.1 has a Host header.'));
    }
    if (request.is404) return answerUnrouted(request, reply, routes, done);
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    // Else a connection that was busy when the shutdown began would be kept open after its answer.
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
}

/**
 * A request that was refused early is still sending its body. To close at once would reset the connection, and the client
 * would lose the answer with it (RFC 9112, section 9.6). Node reads the rest and drops it, but would do so for ever.
 */
function dropRestOfBody(request: IncomingMessage, lingerMs: number): void {
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  const stop = () => {
    clearTimeout(timer);
    // A connection that is kept alive may see many requests that are refused early.
    socket.removeListener('close', stop);
  };
  request.once('end', stop);
  socket.once('close', stop);
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
    return done(new RowhouseError('not_found', 'There is nothing at this URL.'));
  }
  reply.header('allow', allowed.join(', '));
  if (request.method === 'OPTIONS') {
    void reply.send(success(request, { allow: allowed }));
    return;
  }
  done(
    new RowhouseError(
      'method_not_allowed',
      `${request.method} is not taken here; ${allowed.join(', ')} are.`,
    ),
  );
}
