import type { FastifyRequest } from 'fastify';

import { NoSuchProjectError } from '../../core/errors.ts';

/** Knows which project has a slug now: its id is its own for ever, while a slug may be another project's later. */
export interface ProjectIds {
  /** Null where no project has the slug. */
  idOf(slug: string): number | null | Promise<number | null>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The project that an authenticated request concerns: that of its path, or else that of its token. */
    projectId: number | null;
  }
}

/**
 * The project that a request on a route of a project concerns.
 * @throws RowhouseError `not_found` where there is none of that slug.
 */
export function projectIdOf({ projectId }: FastifyRequest): number {
  if (projectId === null) throw new NoSuchProjectError();
  return projectId;
}
