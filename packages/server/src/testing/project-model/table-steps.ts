import { type Arbitrary, array, boolean, constantFrom, record, stringify } from 'fast-check';

import { assertAgreement } from './agreement.ts';
import { type ColumnDraw, columnDraw, toColumn, toColumnFields } from './column-draw.ts';
import { attempt, type ModelColumn, type ProjectModel, tableOf } from './model.ts';
import { assertAnswer, onTable, pick, place, type Step } from './steps.ts';

const TABLE_NAMES = ['people', 'orders', 'Lines', 'notes'];
const INDEX_NAMES = ['by_one', 'by_two', 'by_three'];

/** A new table. Other steps need one first. */
export const creation: Arbitrary<Step> = record({
  name: constantFrom(...TABLE_NAMES),
  columns: array(columnDraw, { maxLength: 3 }),
}).map(createTable);

/** Everything that a client does with tables and indexes. */
export const tableSteps: readonly Arbitrary<Step>[] = [
  creation,
  record({
    table: place,
    name: constantFrom(...INDEX_NAMES),
    columns: array(place, { minLength: 1, maxLength: 2 }),
    unique: boolean(),
  }).map(createIndex),
  record({ table: place, name: constantFrom(...INDEX_NAMES) }).map(dropIndex),
  record({ table: place, name: constantFrom(...TABLE_NAMES) }).map(renameTable),
  record({ table: place, cascade: boolean() }).map(dropTable),
];

function createTable({
  name,
  columns: draws,
}: {
  readonly name: string;
  readonly columns: readonly ColumnDraw[];
}): Step {
  return {
    toString: () => `create table ${name} ${stringify(draws)}`,
    check: () => true,
    run: async (model, project) => {
      const columns = draws.map((draw) => toColumn(model, draw));
      const answer = await project.call('POST', 'table', {
        table_name: name,
        columns: columns.map(toColumnFields),
        foreign_keys: columns.flatMap(({ name: column, references }) => {
          if (references === null) return [];
          return [{ columns: [column], references_table: references.table, on_delete: references.onDelete }];
        }),
      });
      const twice = new Set(columns.map((column) => column.name)).size < columns.length;
      if (model.tables.has(name)) assertAnswer(answer, 'already_exists');
      else if (twice) assertAnswer(answer, 'validation_failed');
      else {
        assertAnswer(answer, 201);
        model.tables.set(name, { columns, indexes: [], rows: new Map(), lastId: 0 });
      }
      await assertAgreement(project, model);
    },
  };
}

interface IndexDraw {
  readonly table: number;
  readonly name: string;
  readonly columns: readonly number[];
  readonly unique: boolean;
}

function createIndex({ table: at, name, columns: places, unique }: IndexDraw): Step {
  return onTable(`create index ${name} ${places.join()} ${unique}`, at, async (table, model, project) => {
    const columns = places.map((one) => pick(['id', ...table.columns.map((column) => column.name)], one));
    const answer = await project.call('POST', `indexes/${table.name}`, { index_name: name, columns, unique });
    const taken = [...model.tables.values()].some(({ indexes }) =>
      indexes.some((index) => index.name === name),
    );
    if (new Set(columns).size < columns.length) return assertAnswer(answer, 'validation_failed');
    if (taken) return assertAnswer(answer, 'already_exists');
    const kept = attempt(model, (copy) => tableOf(copy, table.name).indexes.push({ name, columns, unique }));
    assertAnswer(answer, kept ? 201 : 'constraint_violation');
  });
}

function dropIndex({ table: at, name }: { readonly table: number; readonly name: string }): Step {
  return onTable(`drop index ${name}`, at, async ({ name: table, indexes }, model, project) => {
    const answer = await project.call('DELETE', `indexes/${table}/${name}`);
    if (!indexes.some((index) => index.name === name)) return assertAnswer(answer, 'not_found');
    assertAnswer(answer, 200);
    tableOf(model, table).indexes = indexes.filter((index) => index.name !== name);
  });
}

/** References to the table follow its new name. */
function renameTable({ table: at, name }: { readonly table: number; readonly name: string }): Step {
  return onTable(`rename table to ${name}`, at, async (table, model, project) => {
    const answer = await project.call('PATCH', `table/${table.name}`, { new_table_name: name });
    if (name !== table.name && model.tables.has(name)) return assertAnswer(answer, 'already_exists');
    assertAnswer(answer, 200);
    const renamed = [...model.tables].map(([old, kept]) => [old === table.name ? name : old, kept] as const);
    model.tables = new Map(renamed);
    for (const column of columnsReferringTo(model, table.name)) {
      if (column.references !== null) column.references.table = name;
    }
  });
}

function dropTable({ table: at, cascade }: { readonly table: number; readonly cascade: boolean }): Step {
  return onTable(`drop table${cascade ? ' cascade' : ''}`, at, async ({ name }, model, project) => {
    const answer = await project.call('DELETE', `table/${name}`, { cascade });
    const own = new Set(tableOf(model, name).columns);
    const referring = columnsReferringTo(model, name).filter((column) => !own.has(column));
    if (referring.length > 0 && !cascade) return assertAnswer(answer, 'conflict');
    assertAnswer(answer, 200);
    for (const column of referring) column.references = null;
    model.tables.delete(name);
  });
}

function columnsReferringTo(model: ProjectModel, name: string): readonly ModelColumn[] {
  const columns = [...model.tables.values()].flatMap((table) => table.columns);
  return columns.filter(({ references }) => references?.table === name);
}
