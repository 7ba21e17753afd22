import type { IdempotentRequest, Replayable } from '../../core/idempotency.ts';
import type { IndexEntry, NewIndex, ProjectTables } from '../../engine/project-tables.ts';

/** The indexes of a project's tables. A table goes by its name or its id. */
export class Indexes {
  readonly #tables: ProjectTables;

  constructor(tables: ProjectTables) {
    this.#tables = tables;
  }

  /** Sorted by name. */
  async list(
    project: string,
    table: string,
  ): Promise<{ readonly table: string; readonly indexes: readonly IndexEntry[] }> {
    const details = await this.#tables.get(project, table);
    return { table: details.table.name, indexes: details.indexes };
  }

  create(
    project: string,
    table: string,
    index: NewIndex,
    request: IdempotentRequest | null,
  ): Promise<Replayable<IndexEntry>> {
    return this.#tables.createIndex(project, table, index, request);
  }

  /** @returns its name as it was stored. */
  drop(
    project: string,
    table: string,
    index: string,
    request: IdempotentRequest | null,
  ): Promise<Replayable<string>> {
    return this.#tables.dropIndex(project, table, index, request);
  }
}
