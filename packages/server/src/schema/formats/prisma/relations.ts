import { foldName } from '../../identifier.ts';
import type { ForeignKey, ForeignKeyAction } from '../../model.ts';
import type { Field, Model } from './models.ts';

/** A foreign key as Prisma has it: a field in each of two models. */
export interface Relation {
  readonly foreignKey: ForeignKey;
  readonly child: Model;
  readonly parent: Model;
  readonly fields: readonly Field[];
  readonly referenced: readonly Field[];
  readonly isOptional: boolean;
  /** Whether a row of the parent has at most one of the child. */
  readonly isOneToOne: boolean;
  readonly onDelete: PrismaAction;
  readonly onUpdate: PrismaAction;
  /** Whether an action had to be another. */
  readonly isChanged: boolean;
}

export type PrismaAction = 'NoAction' | 'Restrict' | 'SetNull' | 'SetDefault' | 'Cascade';

/** What Prisma takes of the foreign keys of a model, and what not. */
export function readRelations(
  child: Model,
  models: ReadonlyMap<string, Model>,
): readonly (Relation | { readonly foreignKey: ForeignKey; readonly child: null })[] {
  return child.table.foreignKeys.map(
    (foreignKey) => readRelation(foreignKey, child, models) ?? { foreignKey, child: null },
  );
}

/** Null where it refers to something that is missing, not unique, of another type or of none. */
function readRelation(
  foreignKey: ForeignKey,
  child: Model,
  models: ReadonlyMap<string, Model>,
): Relation | null {
  const parent = models.get(foldName(foreignKey.referencedTable));
  const fields = fieldsOf(foreignKey.columns, child);
  const referenced = parent === undefined ? [] : fieldsOf(foreignKey.referencedColumns ?? [], parent);
  if (parent === undefined || fields.length === 0 || fields.length !== referenced.length) return null;
  if (!isKeyOf(parent, referenced)) return null;
  const fits = fields.every(
    (field, position) => field.isSupported && field.type === referenced[position]?.type,
  );
  if (!fits) return null;
  const areOptional = fields.every((field) => field.isOptional);
  const [onDelete, onUpdate] = [foreignKey.onDelete, foreignKey.onUpdate].map((action) =>
    prismaAction(action, areOptional),
  );
  return {
    foreignKey,
    child,
    parent,
    fields,
    referenced,
    isOptional: fields.some((field) => field.isOptional),
    isOneToOne: isKeyInOrder(child, fields),
    onDelete: onDelete ?? 'NoAction',
    onUpdate: onUpdate ?? 'NoAction',
    isChanged:
      onDelete !== prismaAction(foreignKey.onDelete, true) ||
      onUpdate !== prismaAction(foreignKey.onUpdate, true),
  };
}

/** None where a column is missing or named twice. */
function fieldsOf(columns: readonly string[], model: Model): readonly Field[] {
  const fields = columns
    .map((name) => model.byColumn.get(foldName(name)))
    .filter((field) => field !== undefined);
  return new Set(fields).size === columns.length ? fields : [];
}

function isKeyOf(model: Model, fields: readonly Field[]): boolean {
  return model.keys.some(
    (key) => key.fields.length === fields.length && fields.every((field) => key.fields.includes(field)),
  );
}

/** Prisma takes a relation for one to one only where a key has the fields in the same order. */
function isKeyInOrder(model: Model, fields: readonly Field[]): boolean {
  return model.keys.some(
    (key) =>
      key.fields.length === fields.length &&
      fields.every((field, position) => key.fields[position] === field),
  );
}

/** Prisma refuses SetNull where a field is required; in SQLite it fails there when it comes to it, as RESTRICT does. */
function prismaAction(action: ForeignKeyAction, areOptional: boolean): PrismaAction {
  switch (action) {
    case 'NO ACTION':
      return 'NoAction';
    case 'RESTRICT':
      return 'Restrict';
    case 'SET NULL':
      return areOptional ? 'SetNull' : 'Restrict';
    case 'SET DEFAULT':
      return 'SetDefault';
    case 'CASCADE':
      return 'Cascade';
  }
}
