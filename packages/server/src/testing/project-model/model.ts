/** The content of a project as plain data, with which the service is compared. Every table of the model has an `id`. */
export interface ProjectModel {
  /** By name. */
  tables: Map<string, ModelTable>;
}

export interface ModelTable {
  /** After the `id`, in order. */
  columns: ModelColumn[];
  indexes: ModelIndex[];
  /** By id. */
  rows: Map<number, ModelRow>;
  /** The highest id that a row ever had. Ids are never reused. */
  lastId: number;
}

export type ModelType = 'INTEGER' | 'REAL' | 'TEXT';

export interface ModelColumn {
  name: string;
  type: ModelType;
  nullable: boolean;
  unique: boolean;
  defaultValue: ModelValue;
  references: ModelReference | null;
}

/** A foreign key that references the `id` of a table. */
export interface ModelReference {
  table: string;
  readonly onDelete: 'CASCADE' | 'SET NULL' | 'NO ACTION';
}

export interface ModelIndex {
  readonly name: string;
  columns: string[];
  readonly unique: boolean;
}

/** In the form of an answer. */
export type ModelValue = string | number | null;

export type ModelRow = Record<string, ModelValue>;

export function tableOf(model: ProjectModel, name: string): ModelTable {
  const table = model.tables.get(name);
  if (table === undefined) throw new Error(`the model has no table ${name}`);
  return table;
}

/** The complete row for a client's values: missing values are defaults. */
export function completeRow(table: ModelTable, id: number, given: ModelRow): ModelRow {
  const values = table.columns.map(({ name, defaultValue }) => [
    name,
    given[name] ?? (name in given ? null : defaultValue),
  ]);
  return Object.fromEntries([['id', id], ...values]);
}

/** Removes rows and applies the actions of the foreign keys that reference them. */
export function removeRows(model: ProjectModel, name: string, ids: readonly number[]): void {
  const { rows } = tableOf(model, name);
  const removed = new Set<ModelValue>(ids.filter((id) => rows.delete(id)));
  if (removed.size === 0) return;
  for (const [childName, child] of model.tables) {
    for (const column of child.columns) {
      if (column.references?.table !== name) continue;
      const orphans = [...child.rows].filter(([, row]) => removed.has(row[column.name] ?? null));
      if (column.references.onDelete === 'CASCADE')
        removeRows(
          model,
          childName,
          orphans.map(([id]) => id),
        );
      if (column.references.onDelete === 'SET NULL') for (const [, row] of orphans) row[column.name] = null;
    }
  }
}

/**
 * Tries a change on a copy, which becomes the model if every constraint is satisfied.
 * @returns whether it did.
 */
export function attempt(model: ProjectModel, change: (copy: ProjectModel) => void): boolean {
  const copy = structuredClone(model);
  change(copy);
  if (![...copy.tables.values()].every((table) => holds(copy, table))) return false;
  model.tables = copy.tables;
  return true;
}

function holds(model: ProjectModel, table: ModelTable): boolean {
  const rows = [...table.rows.values()];
  const uniqueSets = [
    ...table.columns.filter(({ unique }) => unique).map(({ name }) => [name]),
    ...table.indexes.filter(({ unique }) => unique).map(({ columns }) => columns),
  ];
  return (
    table.columns.every((column) =>
      rows.every((row) => columnHolds(model, column, row[column.name] ?? null)),
    ) && uniqueSets.every((columns) => duplicatesIn(rows, columns) === 0)
  );
}

function columnHolds(model: ProjectModel, { nullable, references }: ModelColumn, value: ModelValue): boolean {
  if (value === null) return nullable;
  return references === null || tableOf(model, references.table).rows.has(Number(value));
}

/** The number of rows that repeat the values of an earlier one. NULL equals nothing. */
export function duplicatesIn(rows: readonly ModelRow[], columns: readonly string[]): number {
  const keys = rows
    .map((row) => columns.map((name) => row[name] ?? null))
    .filter((values) => !values.includes(null))
    .map((values) => JSON.stringify(values));
  return keys.length - new Set(keys).size;
}
