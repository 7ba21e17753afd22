import { foldName } from '../../identifier.ts';
import type { ForeignKey, ForeignKeyAction } from '../../model.ts';
import type { Field, Model } from './models.ts';

/** A foreign key as a Prisma relation: a field in each of two models. */
export interface Relation {
  readonly foreignKey: ForeignKey;
  readonly child: Model;
  readonly parent: Model;
  readonly fields: readonly Field[];
  readonly referenced: readonly Field[];
  readonly isOptional: boolean;
  /** Whether a parent row has at most one child row. */
  readonly isOneToOne: boolean;
  readonly onDelete: PrismaAction;
  readonly onUpdate: PrismaAction;
  /** Whether an action had to be replaced. */
  readonly isChanged: boolean;
}

export type PrismaAction = 'NoAction' | 'Restrict' | 'SetNull' | 'SetDefault' | 'Cascade';

/** The foreign keys of a model that Prisma supports, and the others. */
export function readRelations(
  child: Model,
  models: ReadonlyMap<string, Model>,
): readonly (Relation | { readonly foreignKey: ForeignKey; readonly child: null })[] {
  return child.table.foreignKeys.map(
    (foreignKey) => readRelation(foreignKey, child, models) ?? { foreignKey, child: null },
  );
}

/** Null if it references something that is missing, not unique, or of another or no type. */
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

/** Empty if a column is missing or named twice. */
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

/** For Prisma a relation is one-to-one only if a key has the fields in the same order. */
function isKeyInOrder(model: Model, fields: readonly Field[]): boolean {
  return model.keys.some(
    (key) =>
      key.fields.length === fields.length &&
      fields.every((field, position) => key.fields[position] === field),
  );
}

/** Prisma rejects SetNull for a required field. In SQLite the action then fails, as RESTRICT does. */
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
