import type { ListedTable, NewTable, ProjectTables, TableDetails } from '../engine/project-tables.ts';

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

  create(project: string, table: NewTable): Promise<TableDetails> {
    return this.#tables.create(project, table);
  }
}
