import type { Catalog } from '../../catalog/catalog.ts';
import { findProjectBySlug } from '../../catalog/project-by-slug.ts';
import type { ProjectIds } from '../../http/access/project-ids.ts';
import { LruMap } from '../../runtime/lru-map.ts';

const MAX_CACHED_IDS = 10_000;

/** Caches project ids by slug, so a request with the admin credential needs no look-up. */
export class ProjectIdCache implements ProjectIds {
  readonly #catalog: Catalog;
  readonly #bySlug = new LruMap<string, number>({ capacity: MAX_CACHED_IDS });
  /** Increases when a project is deleted, so an earlier look-up does not cache its id again. */
  #generation = 0;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  idOf(slug: string): number | Promise<number | null> {
    return this.#bySlug.get(slug) ?? this.#lookUp(slug);
  }

  /** Removes the slug of a deleted project, which may be reused. */
  forget(slug: string): void {
    this.#generation++;
    this.#bySlug.delete(slug);
  }

  async #lookUp(slug: string): Promise<number | null> {
    const generation = this.#generation;
    const row = await findProjectBySlug(this.#catalog, slug);
    if (row === undefined) return null;
    if (generation === this.#generation) this.#bySlug.set(slug, row.id);
    return row.id;
  }
}
