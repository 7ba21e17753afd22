import { randomUUID } from 'node:crypto';

import type { Catalog } from './catalog.ts';
import { findProjectBySlug } from './project-by-slug.ts';

/**
 * Notes down that the database of a project is about to be made. The id is also in the mark beside its folder: a mark of which
 * the catalog knows nothing is of another catalog, and so may be the folder.
 */
export async function beginCreation(catalog: Catalog, slug: string): Promise<string> {
  const id = randomUUID();
  await catalog
    .insertInto('unfinished_projects')
    .values({ id, project_slug: slug, change: 'creation' })
    .execute();
  return id;
}

/** Whether a creation of this id was begun, and no project came of it. */
export async function isAbandoned(catalog: Catalog, slug: string, creationId: string): Promise<boolean> {
  const row = await catalog
    .selectFrom('unfinished_projects')
    .select('id')
    .where('id', '=', creationId)
    .where('project_slug', '=', slug)
    .where('change', '=', 'creation')
    .executeTakeFirst();
  return row !== undefined && (await findProjectBySlug(catalog, slug)) === undefined;
}

/** Notes down, in the transaction that takes the project out of the catalog, that its exports are to be removed. */
export async function beginDeletion(transaction: Catalog, slug: string): Promise<void> {
  await transaction
    .insertInto('unfinished_projects')
    .values({ id: randomUUID(), project_slug: slug, change: 'deletion' })
    .execute();
}

/** The slugs of projects that are gone from the catalog, and whose exports may still be there. */
export async function unfinishedDeletions(catalog: Catalog): Promise<ReadonlySet<string>> {
  const rows = await catalog
    .selectFrom('unfinished_projects')
    .select('project_slug')
    .where('change', '=', 'deletion')
    .execute();
  return new Set(rows.map(({ project_slug }) => project_slug));
}

/** Every creation and deletion of the project has come to its end. */
export async function endChanges(catalog: Catalog, slug: string): Promise<void> {
  await catalog.deleteFrom('unfinished_projects').where('project_slug', '=', slug).execute();
}

/** What was begun before this start is over, one way or the other. */
export async function endAllChanges(catalog: Catalog): Promise<void> {
  await catalog.deleteFrom('unfinished_projects').execute();
}
