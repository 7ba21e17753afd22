import type { IdempotentRequest, Replayable } from '../../core/idempotency.ts';
import type {
  ListedTable,
  NewTable,
  ProjectTables,
  TableChange,
  TableDetails,
  TableEntry,
} from '../../engine/project-tables.ts';

/** The tables of a project, which is named by its slug. A table goes by its name or its id. */
export class Tables {
  readonly #tables: ProjectTables;

  constructor(tables: ProjectTables) {
    this.#tables = tables;
  }

  list(project: string, options: { readonly countRows: boolean }): Promise<readonly ListedTable[]> {
    return this.#tables.list(project, options);
  }

  get(project: string, table: string): Promise<TableDetails> {
    return this.#tables.get(project, table);
  }

  create(
    project: string,
    table: NewTable,
    request: IdempotentRequest | null,
  ): Promise<Replayable<TableDetails>> {
    return this.#tables.create(project, table, request);
  }

  update(
    project: string,
    table: string,
    change: TableChange,
    request: IdempotentRequest | null,
  ): Promise<Replayable<TableEntry>> {
    return this.#tables.update(project, table, change, request);
  }

  /** @returns its name as it was stored. */
  drop(
    project: string,
    table: string,
    options: { readonly cascade: boolean },
    request: IdempotentRequest | null,
  ): Promise<Replayable<string>> {
    return this.#tables.drop(project, table, options, request);
  }
}
