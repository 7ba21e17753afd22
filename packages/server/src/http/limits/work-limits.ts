import type { FastifyInstance, FastifyRequest } from 'fastify';

import { RowhouseError } from '../../core/errors.ts';
import type { EdgeCounts } from '../observing/edge-counts.ts';
import type { ThrottledLog } from '../observing/throttled-log.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Taken however much work waits: it costs next to nothing, and somebody judges the service by it. */
    essential?: boolean;
  }
  interface FastifyRequest {
    /** How far it has come; null where it has not begun, or its answer has. */
    workState: 'arrived' | 'at work' | null;
  }
}

export interface WorkLimits {
  /** How many requests may be at work or wait for it, in all. */
  readonly total: number;
  /** How many of one project. */
  readonly perProject: number;
}

/**
 * Bounds how many requests wait, for whatever it is: a thread, a process, the catalog, a project's gate. A request counts from
 * when its body is there until its answer begins, so that clients that are slow take nobody's place. The work of the service
 * itself is no request, and never refused.
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
    counts.requestsUnderWay += 1;
    done();
  });
  app.addHook('preHandler', (request, _reply, done) => {
    // Its body may have come so late that it has been answered.
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
    if (request.workState !== null) counts.requestsUnderWay -= 1;
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

/** Of a request that is about no project, an empty text. */
function projectOf({ params }: FastifyRequest): string {
  if (typeof params !== 'object' || params === null || !('project' in params)) return '';
  return String(params.project);
}

function tooMuchWork(ofProject: number): RowhouseError {
  const what = ofProject > 0 ? 'requests of this project or of others' : 'requests';
  return new RowhouseError('unavailable', `Too many ${what} are waiting.`);
}
