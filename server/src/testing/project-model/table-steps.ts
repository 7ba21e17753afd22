import { type Arbitrary, array, boolean, constantFrom, option, record, stringify } from 'fast-check';

import { assertAgreement } from './agreement.ts';
import {
  attempt,
  type ModelColumn,
  type ModelReference,
  type ModelType,
  type ProjectModel,
  tableOf,
} from './model.ts';
import { assertAnswer, onTable, pick, place, type Step } from './steps.ts';
import { type ValueDraw, valueDraw } from './values.ts';

const TABLE_NAMES = ['people', 'orders', 'Lines', 'notes'];
const COLUMN_NAMES = ['name', 'Size', 'owner', 'x1'];
const INDEX_NAMES = ['by_one', 'by_two', 'by_three'];

/** Everything that a client does with tables and indexes. */
export const tableSteps: readonly Arbitrary<Step>[] = [
  record({ name: constantFrom(...TABLE_NAMES), columns: array(columnDraw(), { maxLength: 3 }) }).map(
    createTable,
  ),
  record({
    table: place,
    name: constantFrom(...INDEX_NAMES),
    columns: array(place, { minLength: 1, maxLength: 2 }),
    unique: boolean(),
  }).map(createIndex),
  record({ table: place, name: constantFrom(...INDEX_NAMES) }).map(dropIndex),
];

interface ColumnDraw {
  readonly name: string;
  readonly type: ModelType;
  readonly nullable: boolean;
  readonly unique: boolean;
  readonly defaultValue: ValueDraw | null;
  readonly reference: { readonly table: number; readonly onDelete: ModelReference['onDelete'] } | null;
}

/** No SQL text can hold a NUL. */
function defaultDraw(): Arbitrary<ValueDraw> {
  return valueDraw.filter(({ TEXT }) => !String(TEXT).includes('\0'));
}

/** Most columns are plain: one that takes few values keeps most rows out. */
function columnDraw(): Arbitrary<ColumnDraw> {
  return record({
    name: constantFrom(...COLUMN_NAMES),
    type: constantFrom('INTEGER', 'REAL', 'TEXT'),
    nullable: constantFrom(true, true, true, false),
    unique: constantFrom(false, false, false, true),
    defaultValue: option(defaultDraw()),
    reference: option(record({ table: place, onDelete: constantFrom('CASCADE', 'SET NULL', 'NO ACTION') }), {
      freq: 2,
    }),
  });
}

/** A column that refers to a table holds ids, and has none without being told. */
function toColumn(model: ProjectModel, draw: ColumnDraw): ModelColumn {
  const { name, nullable, unique } = draw;
  if (draw.reference === null || model.tables.size === 0) {
    const defaultValue = draw.defaultValue?.[draw.type] ?? null;
    return { name, type: draw.type, nullable, unique, defaultValue, references: null };
  }
  const references = {
    table: pick([...model.tables.keys()], draw.reference.table),
    onDelete: draw.reference.onDelete,
  };
  return { name, type: 'INTEGER', nullable, unique, defaultValue: null, references };
}

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
        columns: columns.map((column) => ({
          column_name: column.name,
          column_type: column.type,
          is_nullable: column.nullable,
          is_unique: column.unique,
          default_value: column.defaultValue,
        })),
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
