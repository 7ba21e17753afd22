import type { Catalog } from '../../catalog/catalog.ts';
import { findProjectBySlug } from '../../catalog/project-by-slug.ts';
import type { ProjectIds } from '../../http/access/project-ids.ts';

/** They begin anew when there are more. */
const MAX_CACHED_IDS = 10_000;

/** The ids of projects by slug, kept in memory, so that a request with the admin credential costs no look-up. */
export class ProjectIdCache implements ProjectIds {
  readonly #catalog: Catalog;
  readonly #bySlug = new Map<string, number>();
  /** Rises when a project goes, so that a look-up begun before does not bring its id back. */
  #generation = 0;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  idOf(slug: string): number | Promise<number | null> {
    return this.#bySlug.get(slug) ?? this.#lookUp(slug);
  }

  /** The slug has no project any more, and may have another. */
  forget(slug: string): void {
    this.#generation++;
    this.#bySlug.delete(slug);
  }

  async #lookUp(slug: string): Promise<number | null> {
    const generation = this.#generation;
    const row = await findProjectBySlug(this.#catalog, slug);
    if (row === undefined) return null;
    if (this.#bySlug.size >= MAX_CACHED_IDS) this.#bySlug.clear();
    if (generation === this.#generation) this.#bySlug.set(slug, row.id);
    return row.id;
  }
}
