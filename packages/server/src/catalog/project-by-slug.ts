import { NoSuchProjectError } from '../core/errors.ts';
import type { ProjectRef } from '../core/project-ref.ts';
import type { Catalog } from './catalog.ts';
import type { ProjectRow } from './tables.ts';

/** @throws RowhouseError `not_found`. */
export async function projectBySlug(catalog: Catalog, slug: string): Promise<ProjectRow> {
  const row = await findProjectBySlug(catalog, slug);
  if (row === undefined) throw new NoSuchProjectError();
  return row;
}

export function findProjectBySlug(catalog: Catalog, slug: string): Promise<ProjectRow | undefined> {
  return catalog.selectFrom('projects').selectAll().where('project_slug', '=', slug).executeTakeFirst();
}

export function refOf({ id, project_slug }: ProjectRow): ProjectRef {
  return { id, slug: project_slug };
}
