import { RowhouseError } from '../../core/errors.ts';
import type { IdempotentRequest, Replayable } from '../../core/idempotency.ts';
import type { ColumnChange, ColumnEntry, NewColumn, ProjectTables } from '../../engine/project-tables.ts';
import { foldName } from '../../schema/identifier.ts';

/** The columns of a project's tables. A table and a column go by their names or their ids. */
export class Columns {
  readonly #tables: ProjectTables;

  constructor(tables: ProjectTables) {
    this.#tables = tables;
  }

  /** In the order of the table. */
  async list(
    project: string,
    table: string,
  ): Promise<{ readonly table: string; readonly columns: readonly ColumnEntry[] }> {
    const details = await this.#tables.get(project, table);
    return { table: details.table.name, columns: details.columns };
  }

  /** @throws RowhouseError `not_found`. */
  async get(project: string, table: string, column: string): Promise<ColumnEntry> {
    const { columns } = await this.list(project, table);
    const found =
      columns.find(({ name }) => foldName(name) === foldName(column)) ??
      columns.find(({ id }) => String(id) === column);
    if (found === undefined) throw new RowhouseError('not_found', 'There is no such column.');
    return found;
  }

  add(
    project: string,
    table: string,
    column: NewColumn,
    request: IdempotentRequest | null,
  ): Promise<Replayable<ColumnEntry>> {
    return this.#tables.addColumn(project, table, column, request);
  }

  async change(
    project: string,
    table: string,
    change: ColumnChange,
    request: IdempotentRequest | null,
  ): Promise<Replayable<ColumnEntry>> {
    const { result, replayOf } = await this.#tables.changeColumns(project, table, [change], request);
    const [changed] = result;
    if (changed === undefined) throw new Error('a column was changed but not returned');
    return { result: changed, replayOf };
  }

  /** All of the changes, or none. @returns the columns as they are then, in the order of the changes. */
  changeMany(
    project: string,
    table: string,
    changes: readonly ColumnChange[],
    request: IdempotentRequest | null,
  ): Promise<Replayable<readonly ColumnEntry[]>> {
    return this.#tables.changeColumns(project, table, changes, request);
  }

  /** @returns its name as it was stored. */
  drop(
    project: string,
    table: string,
    column: string,
    request: IdempotentRequest | null,
  ): Promise<Replayable<string>> {
    return this.#tables.dropColumn(project, table, column, request);
  }
}
