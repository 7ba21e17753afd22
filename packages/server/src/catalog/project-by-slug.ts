import { NoSuchProjectError } from '../core/errors.ts';
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
