import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';

import type { ModelTable, ProjectModel } from './model.ts';
import type { ProjectUnderTest } from './project-under-test.ts';

/** Compares everything that the service reports about a project with the model, and runs SQLite's own checks on the file. */
export async function assertAgreement(project: ProjectUnderTest, model: ProjectModel): Promise<void> {
  const listed = await project.call('GET', 'tables?include_count=true');
  const counts = (listed.body.data.tables as readonly { table_name: string; row_count: number }[]).map(
    ({ table_name, row_count }) => [table_name, row_count],
  );
  const expected = [...model.tables].map(([name, { rows }]) => [name, rows.size]);
  assert.deepEqual(Object.fromEntries(counts), Object.fromEntries(expected));
  for (const [name, table] of model.tables) {
    await assertShape(project, name, table);
    await assertRows(project, name, table);
  }
  assertSound(project.file);
}

async function assertShape(project: ProjectUnderTest, name: string, table: ModelTable): Promise<void> {
  const { data } = (await project.call('GET', `table/${name}`)).body;
  const columns = data.columns.map((column: Record<string, unknown>) => [
    column['column_name'],
    column['column_type'],
    column['is_nullable'],
    column['default_value'],
    column['is_primary'],
    column['is_unique'],
  ]);
  assert.deepEqual(columns, [
    ['id', 'INTEGER', 0, null, 1, 1],
    ...table.columns.map((column) => [
      column.name,
      column.type,
      Number(column.nullable),
      column.defaultValue,
      0,
      Number(isUnique(table, column.name)),
    ]),
  ]);
  const made = data.indexes.filter(({ managed }: { readonly managed: boolean }) => managed);
  const indexes = made.map((index: Record<string, unknown>) => [
    index['name'],
    index['columns'],
    index['unique'],
  ]);
  assert.deepEqual(
    sorted(indexes),
    sorted(table.indexes.map((index) => [index.name, index.columns, index.unique])),
  );
  const keys = data.foreign_keys.map((key: Record<string, unknown>) => [
    key['columns'],
    key['references_table'],
    key['references_columns'],
    key['on_delete'],
  ]);
  const references = table.columns.flatMap(({ name: column, references: reference }) => {
    return reference === null ? [] : [[[column], reference.table, ['id'], reference.onDelete]];
  });
  assert.deepEqual(sorted(keys), sorted(references));
}

/** For lists without a defined order. */
function sorted(things: readonly unknown[]): readonly string[] {
  return things.map((thing) => JSON.stringify(thing)).toSorted();
}

function isUnique({ columns, indexes }: ModelTable, name: string): boolean {
  return (
    columns.some((column) => column.name === name && column.unique) ||
    indexes.some((index) => index.unique && index.columns.length === 1 && index.columns[0] === name)
  );
}

async function assertRows(project: ProjectUnderTest, name: string, { rows }: ModelTable): Promise<void> {
  const listed = await project.call('GET', `records/${name}?limit=500`);
  assert.deepEqual(
    listed.body.data.rows,
    [...rows.values()].toSorted((a, b) => Number(a['id']) - Number(b['id'])),
  );
}

/** https://www.sqlite.org/pragma.html#pragma_integrity_check */
function assertSound(file: string): void {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    assert.deepEqual(database.prepare('PRAGMA integrity_check').all().map(Object.values), [['ok']]);
    assert.deepEqual(database.prepare('PRAGMA foreign_key_check').all(), []);
  } finally {
    database.close();
  }
}
