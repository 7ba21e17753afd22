import type { FastifyRequest } from 'fastify';

import { NoSuchProjectError } from '../../core/errors.ts';
import type { ProjectRef } from '../../core/project-ref.ts';

/** The ids of a project and its account. An id is never reused, while a slug may later belong to another project. */
export interface ProjectIdentity {
  readonly id: number;
  readonly accountId: number;
}

export interface ProjectIds {
  /** Returns null if no project has the slug. */
  find(slug: string): ProjectIdentity | null | Promise<ProjectIdentity | null>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The project of an authenticated request: from its path, or else from its token. */
    projectId: number | null;
  }
}

/** Returns the project's id of a request to a project route. @throws RowhouseError `not_found` if no project has the slug. */
export function projectIdOf({ projectId }: FastifyRequest): number {
  if (projectId === null) throw new NoSuchProjectError();
  return projectId;
}

/** Returns the project of a request to a project route. @throws RowhouseError `not_found` if no project has the slug. */
export function projectOf(
  request: FastifyRequest & { readonly params: { readonly project: string } },
): ProjectRef {
  return { id: projectIdOf(request), slug: request.params.project };
}
