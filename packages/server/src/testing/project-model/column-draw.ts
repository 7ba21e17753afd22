import { type Arbitrary, constantFrom, option, record } from 'fast-check';

import type { ModelColumn, ModelReference, ModelType, ProjectModel } from './model.ts';
import { pick, place } from './steps.ts';
import { type ValueDraw, valueDraw } from './values.ts';

export const columnName: Arbitrary<string> = constantFrom('name', 'Size', 'owner', 'x1');

export const columnType: Arbitrary<ModelType> = constantFrom('INTEGER', 'REAL', 'TEXT');

/** A default. SQL text cannot contain a NUL. */
export const defaultDraw: Arbitrary<ValueDraw> = valueDraw.filter(({ TEXT }) => !String(TEXT).includes('\0'));

export interface ColumnDraw {
  readonly name: string;
  readonly type: ModelType;
  readonly nullable: boolean;
  readonly unique: boolean;
  readonly defaultValue: ValueDraw | null;
  readonly reference: { readonly table: number; readonly onDelete: ModelReference['onDelete'] } | null;
}

/** Most columns are plain: a restrictive column rejects most rows. */
export const columnDraw: Arbitrary<ColumnDraw> = record({
  name: columnName,
  type: columnType,
  nullable: constantFrom(true, true, true, false),
  unique: constantFrom(false, false, false, true),
  defaultValue: option(defaultDraw),
  reference: option(record({ table: place, onDelete: constantFrom('CASCADE', 'SET NULL', 'NO ACTION') }), {
    freq: 2,
  }),
});

/** A column that references a table holds ids and has no default. */
export function toColumn(model: ProjectModel, draw: ColumnDraw): ModelColumn {
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

/** In the form of a request. */
export function toColumnFields({ name, type, nullable, unique, defaultValue }: ModelColumn): object {
  return {
    column_name: name,
    column_type: type,
    is_nullable: nullable,
    is_unique: unique,
    default_value: defaultValue,
  };
}
