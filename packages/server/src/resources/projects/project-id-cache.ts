import type { Catalog } from '../../catalog/catalog.ts';
import { findProjectBySlug } from '../../catalog/project-by-slug.ts';
import type { ProjectIdentity, ProjectIds } from '../../http/access/project-ids.ts';
import { LruMap } from '../../runtime/lru-map.ts';

const MAX_CACHED_IDS = 10_000;

/** Caches project ids by slug, so a request of the admin or of a user of an account needs no look-up. */
export class ProjectIdCache implements ProjectIds {
  readonly #catalog: Catalog;
  readonly #bySlug = new LruMap<string, ProjectIdentity>({ capacity: MAX_CACHED_IDS });
  /** Increases when a project is deleted, so an earlier look-up does not cache its id again. */
  #generation = 0;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  find(slug: string): ProjectIdentity | Promise<ProjectIdentity | null> {
    return this.#bySlug.get(slug) ?? this.#lookUp(slug);
  }

  /** Removes the slug of a deleted project, which may be reused. */
  forget(slug: string): void {
    this.#generation++;
    this.#bySlug.delete(slug);
  }

  async #lookUp(slug: string): Promise<ProjectIdentity | null> {
    const generation = this.#generation;
    const row = await findProjectBySlug(this.#catalog, slug);
    if (row === undefined) return null;
    const identity = { id: row.id, accountId: row.account_id };
    if (generation === this.#generation) this.#bySlug.set(slug, identity);
    return identity;
  }
}
