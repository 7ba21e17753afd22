import assert from 'node:assert/strict';

import { type Arbitrary, array, boolean, record, stringify } from 'fast-check';

import { type ConditionDraw, conditionDraw, toCondition } from './conditions.ts';
import {
  attempt,
  completeRow,
  type ModelRow,
  type ModelTable,
  type ProjectModel,
  removeRows,
  tableOf,
} from './model.ts';
import { assertAnswer, type NamedTable, onTable, pick, place, type Step } from './steps.ts';
import { type ValueDraw, valueDraw } from './values.ts';

/** Everything that a client does with rows. */
export const recordSteps: readonly Arbitrary<Step>[] = [
  record({ table: place, row: rowDraw() }).map(insertOne),
  record({ table: place, rows: array(rowDraw(), { minLength: 1, maxLength: 4 }) }).map(insertMany),
  record({ table: place, key: place, row: rowDraw(), ignores: boolean() }).map(upsert),
  record({ table: place, row: place, patch: rowDraw() }).map(updateOne),
  record({ table: place, row: place }).map(deleteOne),
  record({ table: place, condition: conditionDraw, patch: rowDraw() }).map(updateMany),
  record({ table: place, condition: conditionDraw }).map(deleteMany),
  record({ table: place, conditions: array(conditionDraw, { minLength: 1, maxLength: 3 }) }).map(list),
];

/** Values for some columns of a table, by position: a value of the column's type, or a row to reference. */
interface RowDraw {
  readonly values: readonly { readonly column: number; readonly value: ValueDraw; readonly row: number }[];
}

function rowDraw(): Arbitrary<RowDraw> {
  return record({ values: array(record({ column: place, value: valueDraw, row: place }), { maxLength: 4 }) });
}

/** Most columns of foreign keys get the id of an existing row. */
function toRow(model: ProjectModel, table: ModelTable, { values }: RowDraw): ModelRow {
  if (table.columns.length === 0) return {};
  return Object.fromEntries(
    values.map(({ column: at, value, row }) => {
      const column = pick(table.columns, at);
      if (column.references === null) return [column.name, value[column.type]];
      const ids = [...tableOf(model, column.references.table).rows.keys()];
      return [column.name, row % 5 === 0 || ids.length === 0 ? value.INTEGER : pick(ids, row)];
    }),
  );
}

function insertOne({ table: at, row: draw }: { readonly table: number; readonly row: RowDraw }): Step {
  return onTable(`insert ${stringify(draw)}`, at, async (table, model, project) => {
    const given = toRow(model, table, draw);
    const answer = await project.call('POST', `records/${table.name}`, given);
    const row = completeRow(table, nextId(table, answer.body.data?.row), given);
    const kept = attempt(model, (copy) => addRow(copy, table.name, row));
    assertAnswer(answer, kept ? 201 : 'constraint_violation');
    if (kept) assert.deepEqual(answer.body.data, { table: table.name, row });
  });
}

function insertMany({
  table: at,
  rows: draws,
}: {
  readonly table: number;
  readonly rows: readonly RowDraw[];
}): Step {
  return onTable(`insert many ${stringify(draws)}`, at, async (table, model, project) => {
    const given = draws.map((draw) => toRow(model, table, draw));
    const answer = await project.call('POST', `records/${table.name}`, { rows: given });
    let id = nextId(table, answer.body.data?.rows[0]);
    const rows = given.map((row) => completeRow(table, id++, row));
    const kept = attempt(model, (copy) => rows.forEach((row) => addRow(copy, table.name, row)));
    assertAnswer(answer, kept ? 201 : 'constraint_violation');
    if (kept) assert.deepEqual(answer.body.data, { table: table.name, created: rows.length, rows });
  });
}

interface UpsertDraw {
  readonly table: number;
  readonly key: number;
  readonly row: RowDraw;
  readonly ignores: boolean;
}

/** By the `id` of an existing or a missing row. */
function upsert({ table: at, key, row: draw, ignores }: UpsertDraw): Step {
  const action = ignores ? 'ignore' : 'update';
  return onTable(`upsert ${key} ${action} ${stringify(draw)}`, at, async (table, model, project) => {
    const id = key % (table.lastId + 2);
    const given: ModelRow = { id, ...toRow(model, table, draw) };
    const answer = await project.call('POST', `records/${table.name}`, {
      data: given,
      on_conflict: { columns: ['id'], action },
    });
    const before = table.rows.get(id);
    const fresh = completeRow(table, id, given);
    const after = before === undefined ? fresh : ignores ? before : { ...before, ...given };
    // SQLite may reject the row as a new row before it looks for the conflict.
    const mayBeNew = attempt(structuredClone(model), (copy) => addRow(copy, table.name, fresh));
    if (before !== undefined && !mayBeNew && answer.body.error?.code === 'constraint_violation') return;
    const kept = attempt(model, (copy) => addRow(copy, table.name, after));
    assertAnswer(answer, kept ? (before === undefined ? 201 : 200) : 'constraint_violation');
    if (kept) assert.deepEqual(answer.body.data.row, after);
  });
}

/** For an existing or a missing row. */
function updateOne({
  table: at,
  row: rowAt,
  patch: draw,
}: {
  readonly table: number;
  readonly row: number;
  readonly patch: RowDraw;
}): Step {
  return onTable(`update ${rowAt} ${stringify(draw)}`, at, async (table, model, project) => {
    const id = idAt(table, rowAt);
    const patch = toRow(model, table, draw);
    const answer = await project.call('PATCH', `records/${table.name}/${id}`, patch);
    if (Object.keys(patch).length === 0) return assertAnswer(answer, 'validation_failed');
    const before = table.rows.get(id);
    if (before === undefined) return assertAnswer(answer, 'not_found');
    const row = { ...before, ...patch };
    const kept = attempt(model, (copy) => addRow(copy, table.name, row));
    assertAnswer(answer, kept ? 200 : 'constraint_violation');
    if (kept) assert.deepEqual(answer.body.data, { table: table.name, row });
  });
}

function deleteOne({ table: at, row: rowAt }: { readonly table: number; readonly row: number }): Step {
  return onTable(`delete ${rowAt}`, at, async (table, model, project) => {
    const id = idAt(table, rowAt);
    const answer = await project.call('DELETE', `records/${table.name}/${id}`);
    if (!table.rows.has(id)) return assertAnswer(answer, 'not_found');
    const kept = attempt(model, (copy) => removeRows(copy, table.name, [id]));
    assertAnswer(answer, kept ? 200 : 'constraint_violation');
  });
}

interface UpdateManyDraw {
  readonly table: number;
  readonly condition: ConditionDraw;
  readonly patch: RowDraw;
}

function updateMany({ table: at, condition, patch: draw }: UpdateManyDraw): Step {
  return onTable(`update where ${stringify([condition, draw])}`, at, async (table, model, project) => {
    const { filter, fits } = toCondition(table, condition);
    const patch = toRow(model, table, draw);
    const answer = await project.call('PATCH', `records/${table.name}`, { data: patch, where: [filter] });
    if (Object.keys(patch).length === 0) return assertAnswer(answer, 'validation_failed');
    const rows = [...table.rows.values()].filter(fits);
    const kept = attempt(model, (copy) => {
      for (const row of rows) addRow(copy, table.name, { ...row, ...patch });
    });
    assertAnswer(answer, kept ? 200 : 'constraint_violation');
    if (kept) assert.deepEqual(answer.body.data, { table: table.name, affected_rows: rows.length });
  });
}

function deleteMany({
  table: at,
  condition,
}: {
  readonly table: number;
  readonly condition: ConditionDraw;
}): Step {
  return onTable(`delete where ${stringify(condition)}`, at, async (table, model, project) => {
    const { filter, fits } = toCondition(table, condition);
    const answer = await project.call('DELETE', `records/${table.name}`, { where: [filter] });
    const ids = [...table.rows].filter(([, row]) => fits(row)).map(([id]) => id);
    const kept = attempt(model, (copy) => removeRows(copy, table.name, ids));
    assertAnswer(answer, kept ? 200 : 'constraint_violation');
    if (kept) assert.deepEqual(answer.body.data, { table: table.name, affected_rows: ids.length });
  });
}

function list({
  table: at,
  conditions: draws,
}: {
  readonly table: number;
  readonly conditions: readonly ConditionDraw[];
}): Step {
  return onTable(`list ${stringify(draws)}`, at, async (table, _model, project) => {
    const conditions = draws.map((draw) => toCondition(table, draw));
    const filters = encodeURIComponent(JSON.stringify(conditions.map(({ filter }) => filter)));
    const answer = await project.call(
      'GET',
      `records/${table.name}?filters=${filters}&order=desc&count=true`,
    );
    const rows = [...table.rows.values()].filter((row) => conditions.every(({ fits }) => fits(row)));
    assert.deepEqual(
      answer.body.data.rows,
      rows.toSorted((a, b) => Number(b['id']) - Number(a['id'])),
    );
    assert.equal(answer.body.data.total_count, rows.length);
  });
}

function addRow(model: ProjectModel, name: string, row: ModelRow): void {
  const table = tableOf(model, name);
  const id = Number(row['id']);
  table.rows.set(id, row);
  table.lastId = Math.max(table.lastId, id);
}

/** The unused `id` that the service assigned to a new row, or any id if it rejected the row. */
function nextId({ lastId }: NamedTable, row: ModelRow | undefined): number {
  if (row === undefined) return lastId + 1;
  const id = Number(row['id']);
  assert.ok(id > lastId, `the id ${id} was given twice`);
  return id;
}

/** Usually the id of an existing row. */
function idAt({ rows, lastId }: NamedTable, at: number): number {
  return rows.size === 0 || at % 7 === 0 ? lastId + 1 : pick([...rows.keys()], at);
}
