import { FreeNames } from '../shared/unique-names.ts';
import type { Model } from './models.ts';
import { quoteText } from './names.ts';
import type { Relation } from './relations.ts';

/** A line of a model: a name, a type, and attributes. */
export interface FieldLine {
  readonly name: string;
  readonly type: string;
  readonly attributes: string;
}

/** The fields on both sides of each relation, by model name. */
export function relationFields(
  models: readonly Model[],
  relations: readonly Relation[],
): ReadonlyMap<string, readonly FieldLine[]> {
  const free = new Map(
    models.map(({ name, fields }) => [name, new FreeNames({ taken: fields.map((field) => field.name) })]),
  );
  const take = (model: Model, wanted: string): string => free.get(model.name)?.take(wanted) ?? wanted;
  const pairs = Map.groupBy(relations, pairOf);
  const isNamed = (relation: Relation): boolean =>
    relation.child === relation.parent || (pairs.get(pairOf(relation))?.length ?? 0) > 1;
  const own = relations.map((relation) => take(relation.child, forwardName(relation, isNamed(relation))));
  const relationNames = new FreeNames();
  const lines = relations.flatMap((relation, position) => {
    const forward = own[position] ?? '';
    const named = isNamed(relation);
    const back = relation.child.name + (named ? `_by_${columnsOf(relation)}` : '');
    const name = named ? relationNames.take(`${relation.child.name}_${columnsOf(relation)}`) : null;
    return [
      { model: relation.child.name, line: forwardLine(relation, forward, name) },
      { model: relation.parent.name, line: backLine(relation, take(relation.parent, back), name) },
    ];
  });
  const groups = Map.groupBy(lines, ({ model }) => model);
  return new Map([...groups].map(([model, group]) => [model, group.map(({ line }) => line)]));
}

/** `author_id` references the `author`; for other names, the field has the name of the referenced table. */
function forwardName(relation: Relation, isNamed: boolean): string {
  const { fields, parent } = relation;
  const stem = fields.length === 1 ? /^(.+?)(?:_id|_ID|Id|ID)$/.exec(columnsOf(relation))?.[1] : undefined;
  return stem ?? parent.name + (isNamed ? `_${columnsOf(relation)}` : '');
}

function columnsOf({ fields }: Relation): string {
  return fields.map(({ name }) => name).join('_');
}

/** Two models in either direction: if they have more than one relation, each relation needs a name. */
function pairOf({ child, parent }: Relation): string {
  return [child.name, parent.name].toSorted().join(' ');
}

function forwardLine(relation: Relation, name: string, relationName: string | null): FieldLine {
  const { parent, child, fields, referenced, isOptional, onDelete, onUpdate } = relation;
  const parameters = [
    ...(relationName === null ? [] : [quoteText(relationName)]),
    `fields: [${fields.map((field) => field.name).join(', ')}]`,
    `references: [${referenced.map((field) => field.name).join(', ')}]`,
    ...(onDelete === (isOptional ? 'SetNull' : 'Restrict') ? [] : [`onDelete: ${onDelete}`]),
    ...(onUpdate === 'Cascade' ? [] : [`onUpdate: ${onUpdate}`]),
  ];
  const type = parent.name + (isOptional ? '?' : '');
  return { name, type, attributes: `@relation(${parameters.join(', ')})${ignored(child, parent)}` };
}

function backLine(relation: Relation, name: string, relationName: string | null): FieldLine {
  const { parent, child, isOneToOne } = relation;
  const attributes = relationName === null ? '' : `@relation(${quoteText(relationName)})`;
  const type = child.name + (isOneToOne ? '?' : '[]');
  return { name, type, attributes: `${attributes}${ignored(parent, child)}`.trim() };
}

/** A field that references an ignored model must be ignored, too. */
function ignored(model: Model, target: Model): string {
  return target.isIgnored && !model.isIgnored ? ' @ignore' : '';
}
