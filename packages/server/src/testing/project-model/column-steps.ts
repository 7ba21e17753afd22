import assert from 'node:assert/strict';

import { type Arbitrary, boolean, option, record, stringify } from 'fast-check';

import {
  type ColumnDraw,
  columnDraw,
  columnName,
  columnType,
  defaultDraw,
  toColumn,
  toColumnFields,
} from './column-draw.ts';
import {
  attempt,
  completeRow,
  type ModelColumn,
  type ModelRow,
  type ModelTable,
  type ModelType,
  type ProjectModel,
  tableOf,
} from './model.ts';
import type { ProjectUnderTest } from './project-under-test.ts';
import { assertAnswer, type NamedTable, onTable, pick, place, type Step } from './steps.ts';
import type { ValueDraw } from './values.ts';

/** Everything that a client does with columns. */
export const columnSteps: readonly Arbitrary<Step>[] = [
  record({ table: place, column: columnDraw }).map(addColumn),
  record({ table: place, column: place, name: columnName }).map(renameColumn),
  record({ table: place, column: place, nullable: boolean() }).map(changeNullable),
  record({ table: place, column: place, unique: boolean() }).map(changeUnique),
  record({ table: place, column: place, defaultValue: option(defaultDraw) }).map(changeDefault),
  record({ table: place, column: place, type: columnType }).map(changeType),
  record({ table: place, column: place }).map(dropColumn),
];

function addColumn({
  table: at,
  column: draw,
}: {
  readonly table: number;
  readonly column: ColumnDraw;
}): Step {
  return onTable(`add column ${stringify(draw)}`, at, async (table, model, project) => {
    const column = toColumn(model, { ...draw, reference: null });
    const answer = await project.call('POST', `column/${table.name}`, toColumnFields(column));
    if (table.columns.some(({ name }) => name === column.name)) return assertAnswer(answer, 'already_exists');
    const kept = attempt(model, (copy) => {
      const changed = tableOf(copy, table.name);
      changed.columns.push(column);
      for (const [id, row] of changed.rows) changed.rows.set(id, completeRow(changed, id, row));
    });
    assertAnswer(answer, kept ? 201 : 'constraint_violation');
    if (kept && column.unique)
      await adoptUniqueness(tableOf(model, table.name), table.name, column.name, project);
  });
}

interface ColumnPlace {
  readonly table: number;
  readonly column: number;
}

function renameColumn({ name, ...at }: ColumnPlace & { readonly name: string }): Step {
  return onColumn(`rename column to ${name}`, at, async ({ table, column, model, patch }) => {
    const answer = await patch({ new_column_name: name });
    const taken = table.columns.some((other) => other.name === name && other.name !== column.name);
    if (taken) return assertAnswer(answer, 'already_exists');
    assertAnswer(answer, 200);
    const changed = tableOf(model, table.name);
    const renamed = (old: string) => (old === column.name ? name : old);
    for (const index of changed.indexes) index.columns = index.columns.map(renamed);
    for (const [id, row] of changed.rows) changed.rows.set(id, renameKeys(row, renamed));
    column.name = name;
  });
}

function renameKeys(row: ModelRow, renamed: (old: string) => string): ModelRow {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [renamed(key), value]));
}

function changeNullable({ nullable, ...at }: ColumnPlace & { readonly nullable: boolean }): Step {
  return onColumn(`is_nullable ${nullable}`, at, async ({ table, column, model, patch }) => {
    const answer = await patch({ is_nullable: nullable });
    const kept = attempt(model, (copy) => (columnOf(copy, table.name, column.name).nullable = nullable));
    assertAnswer(answer, kept ? 200 : 'constraint_violation');
  });
}

/** A column that is no longer unique loses every index that made it unique. */
function changeUnique({ unique, ...at }: ColumnPlace & { readonly unique: boolean }): Step {
  return onColumn(`is_unique ${unique}`, at, async ({ table, column, model, project, patch }) => {
    const answer = await patch({ is_unique: unique });
    const kept = attempt(model, (copy) => (columnOf(copy, table.name, column.name).unique = unique));
    assertAnswer(answer, kept ? 200 : 'constraint_violation');
    if (!kept) return;
    const changed = tableOf(model, table.name);
    if (!unique)
      changed.indexes = changed.indexes.filter(
        (index) => !(index.unique && index.columns.join() === column.name),
      );
    else await adoptUniqueness(changed, table.name, column.name, project);
  });
}

/** A column becomes unique by an index, whose name the service chooses; without one if it already was unique. */
async function adoptUniqueness(
  table: ModelTable,
  tableName: string,
  name: string,
  project: ProjectUnderTest,
): Promise<void> {
  const { data } = (await project.call('GET', `indexes/${tableName}`)).body;
  const known = new Set(table.indexes.map((index) => index.name));
  for (const index of data.indexes) {
    if (!index.managed || known.has(index.name)) continue;
    assert.deepEqual([index.columns, index.unique], [[name], true]);
    table.indexes.push({ name: index.name, columns: [name], unique: true });
  }
}

function changeDefault({
  defaultValue: draw,
  ...at
}: ColumnPlace & { readonly defaultValue: ValueDraw | null }): Step {
  return onColumn(`default ${stringify(draw)}`, at, async ({ column, patch }) => {
    const defaultValue = draw?.[column.type] ?? null;
    assertAnswer(await patch({ default_value: defaultValue }), 200);
    column.defaultValue = defaultValue;
  });
}

/** The default is removed, too, because it might not fit the new type. */
function changeType({ type, ...at }: ColumnPlace & { readonly type: ModelType }): Step {
  return onColumn(`type ${type}`, at, async ({ table, column, patch }) => {
    if (column.references !== null) return;
    const answer = await patch({ column_type: type, default_value: null });
    const holdsValues = [...table.rows.values()].some((row) => row[column.name] !== null);
    if (type !== column.type && holdsValues) return assertAnswer(answer, 'conflict');
    assertAnswer(answer, 200);
    column.type = type;
    column.defaultValue = null;
  });
}

function dropColumn(at: ColumnPlace): Step {
  return onColumn('drop column', at, async ({ table, column, model, project }) => {
    const answer = await project.call('DELETE', `column/${table.name}/${column.name}`);
    const about = table.indexes.filter(({ columns }) => columns.includes(column.name));
    if (about.some(({ columns }) => columns.length > 1)) return assertAnswer(answer, 'conflict');
    assertAnswer(answer, 200);
    const changed = tableOf(model, table.name);
    changed.columns = changed.columns.filter((other) => other !== column);
    changed.indexes = changed.indexes.filter((index) => !about.includes(index));
    for (const row of changed.rows.values()) delete row[column.name];
  });
}

interface Subject {
  readonly table: NamedTable;
  /** The column of the model. */
  readonly column: ModelColumn;
  readonly model: ProjectModel;
  readonly project: ProjectUnderTest;
  readonly patch: (change: object) => ReturnType<ProjectUnderTest['call']>;
}

/** A step on an existing column other than the `id`. */
function onColumn(description: string, at: ColumnPlace, run: (subject: Subject) => Promise<void>): Step {
  return onTable(`${description} of ${at.column}`, at.table, async (table, model, project) => {
    if (table.columns.length === 0) return;
    const column = pick(table.columns, at.column);
    const patch = (change: object) => project.call('PATCH', `column/${table.name}/${column.name}`, change);
    await run({ table, column, model, project, patch });
  });
}

function columnOf(model: ProjectModel, table: string, name: string): ModelColumn {
  const column = tableOf(model, table).columns.find((each) => each.name === name);
  if (column === undefined) throw new Error(`the model has no column ${name}`);
  return column;
}
