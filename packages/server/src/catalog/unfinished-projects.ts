import { randomUUID } from 'node:crypto';

import type { Catalog } from './catalog.ts';
import { findProjectBySlug } from './project-by-slug.ts';

/**
 * Records that the database of a project is about to be created. The id is also in the marker file beside the project's folder. A
 * marker file with an unknown id comes from another catalog, and so may the folder.
 */
export async function beginCreation(catalog: Catalog, slug: string): Promise<string> {
  const id = randomUUID();
  await catalog
    .insertInto('unfinished_projects')
    .values({ id, project_slug: slug, change: 'creation' })
    .execute();
  return id;
}

/** Returns whether a creation with this id was started and produced no project. */
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

/** Records, in the transaction that deletes the project's row, that its exports must be removed. */
export async function beginDeletion(transaction: Catalog, slug: string): Promise<void> {
  await transaction
    .insertInto('unfinished_projects')
    .values({ id: randomUUID(), project_slug: slug, change: 'deletion' })
    .execute();
}

/** Returns the slugs of deleted projects whose exports may still exist. */
export async function unfinishedDeletions(catalog: Catalog): Promise<ReadonlySet<string>> {
  const rows = await catalog
    .selectFrom('unfinished_projects')
    .select('project_slug')
    .where('change', '=', 'deletion')
    .execute();
  return new Set(rows.map(({ project_slug }) => project_slug));
}

/** Records that every creation and deletion of the project is complete. */
export async function endChanges(catalog: Catalog, slug: string): Promise<void> {
  await catalog.deleteFrom('unfinished_projects').where('project_slug', '=', slug).execute();
}

/** Records that all creations and deletions from before this start are complete. */
export async function endAllChanges(catalog: Catalog): Promise<void> {
  await catalog.deleteFrom('unfinished_projects').execute();
}
