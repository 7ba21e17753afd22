import { NoSuchProjectError } from '../core/errors.ts';
import type { ProjectRef } from '../core/project-ref.ts';
import type { Catalog } from './catalog.ts';
import type { ProjectRow } from './tables.ts';

/**
 * Returns the project of a request. Its slug may belong to a project of another account by now, while a request waits for its
 * turn, a body or the hash of a password.
 * @throws RowhouseError `not_found` if the project was deleted meanwhile.
 */
export async function projectById(catalog: Catalog, { id }: Pick<ProjectRef, 'id'>): Promise<ProjectRow> {
  const row = await findProjectById(catalog, id);
  if (row === undefined) throw new NoSuchProjectError();
  return row;
}

export function findProjectById(catalog: Catalog, id: number): Promise<ProjectRow | undefined> {
  return catalog.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirst();
}
