import type { Index } from '../../model.ts';
import type { Model } from './models.ts';

/**
 * What indexes are called in the database. Prisma takes a name of its own where none is written, and no two may be the
 * same; so one that SQLite named itself goes without wherever Prisma's name is free.
 */
export class IndexNames {
  readonly #taken: Set<string>;

  constructor(models: readonly Model[]) {
    this.#taken = new Set(models.flatMap(({ table }) => table.indexes.map(({ name }) => name)));
  }

  /** The name that has to be written, or null. */
  mapOf(index: Index, model: Model, columns: readonly string[]): string | null {
    const implied = [model.table.name, ...columns, index.unique ? 'key' : 'idx'].join('_');
    if (index.origin === 'create' && index.name !== '' && index.name !== implied) return index.name;
    if (index.name === implied) return null;
    if (this.#taken.has(implied)) return index.name;
    this.#taken.add(implied);
    return null;
  }
}
