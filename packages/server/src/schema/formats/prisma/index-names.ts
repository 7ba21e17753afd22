import type { Index } from '../../model.ts';
import { FreeNames } from '../shared/unique-names.ts';
import type { Model } from './models.ts';

/**
 * What indexes are called in the database. Prisma takes a name of its own where none is written, and no two may be the
 * same. One that SQLite named itself takes Prisma's name, or one like it where that is another index's.
 */
export class IndexNames {
  readonly #free: FreeNames;

  constructor(models: readonly Model[]) {
    this.#free = new FreeNames({
      taken: models.flatMap(({ table }) => table.indexes.map(({ name }) => name)),
    });
  }

  /** The name that has to be written, or null. */
  mapOf(index: Index, model: Model, columns: readonly string[]): string | null {
    const implied = [model.table.name, ...columns, index.unique ? 'key' : 'idx'].join('_');
    if (index.origin === 'create' && index.name !== '') return index.name === implied ? null : index.name;
    const name = this.#free.take(implied);
    return name === implied ? null : name;
  }
}
