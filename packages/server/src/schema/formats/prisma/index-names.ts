import type { Index } from '../../model.ts';
import { FreeNames } from '../shared/unique-names.ts';
import type { Model } from './models.ts';

/**
 * The names of indexes in the database. Prisma uses a default name if none is given, and names must be unique. An index that SQLite named
 * gets Prisma's default name, or a similar one if another index has that name.
 */
export class IndexNames {
  readonly #free: FreeNames;

  constructor(models: readonly Model[]) {
    this.#free = new FreeNames({
      taken: models.flatMap(({ table }) => table.indexes.map(({ name }) => name)),
    });
  }

  /** The name that must be given, or null. */
  mapOf(index: Index, model: Model, columns: readonly string[]): string | null {
    const implied = [model.table.name, ...columns, index.unique ? 'key' : 'idx'].join('_');
    if (index.origin === 'create' && index.name !== '') return index.name === implied ? null : index.name;
    const name = this.#free.take(implied);
    return name === implied ? null : name;
  }
}
