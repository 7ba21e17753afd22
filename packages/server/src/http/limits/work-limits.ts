import type { FastifyInstance, FastifyRequest } from 'fastify';

import { RowhouseError } from '../../core/errors.ts';
import type { EdgeCounts } from '../observability/edge-counts.ts';
import type { ThrottledLog } from '../observability/throttled-log.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route is served under any load: it costs next to nothing, and operators depend on it. */
    essential?: boolean;
  }
  interface FastifyRequest {
    /** The state of the request; null before it arrives and after its answer starts. */
    workState: 'arrived' | 'at work' | null;
  }
}

export interface WorkLimits {
  /** The maximum number of running and waiting requests in all. */
  readonly total: number;
  /** The maximum number for one project. */
  readonly perProject: number;
}

/**
 * Limits the number of requests that run or wait, whatever they wait for: a thread, a process, the catalog, a project's
 * lock. A request counts from the arrival of its whole body to the start of its answer, so slow clients take no places. The
 * service's own work is not a request and is never refused.
 */
export function limitWork(
  app: FastifyInstance,
  limits: WorkLimits,
  { counts, warnings }: { readonly counts: EdgeCounts; readonly warnings: ThrottledLog },
): void {
  const ofProjects = new Map<string, number>();
  let total = 0;
  app.decorateRequest('workState', null);
  app.addHook('onRequest', (request, _reply, done) => {
    request.workState = 'arrived';
    counts.requestsInFlight += 1;
    done();
  });
  app.addHook('preHandler', (request, _reply, done) => {
    // A late body may already have been answered.
    if (request.workState !== 'arrived' || request.routeOptions.config.essential === true) return done();
    const project = projectOf(request);
    const ofProject = ofProjects.get(project) ?? 0;
    if (total >= limits.total || (project !== '' && ofProject >= limits.perProject)) {
      counts.requestsOverloaded += 1;
      warnings.warn('requests are refused: too many are waiting', { waiting: total, project });
      return done(tooMuchWork(ofProject));
    }
    total += 1;
    ofProjects.set(project, ofProject + 1);
    request.workState = 'at work';
    done();
  });
  app.addHook('onSend', (request, _reply, payload, done) => {
    if (request.workState !== null) counts.requestsInFlight -= 1;
    if (request.workState === 'at work') {
      total -= 1;
      const project = projectOf(request);
      const ofProject = (ofProjects.get(project) ?? 1) - 1;
      if (ofProject === 0) ofProjects.delete(project);
      else ofProjects.set(project, ofProject);
    }
    request.workState = null;
    done(null, payload);
  });
}

/** Returns the project's slug, or an empty text for a request without a project. */
function projectOf({ params }: FastifyRequest): string {
  if (typeof params !== 'object' || params === null || !('project' in params)) return '';
  return String(params.project);
}

function tooMuchWork(ofProject: number): RowhouseError {
  const what = ofProject > 0 ? 'requests of this project or of others' : 'requests';
  return new RowhouseError('unavailable', `Too many ${what} are waiting.`);
}
