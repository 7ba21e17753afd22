import type { Schema, Table, View } from '../../model.ts';
import { nameList } from '../../name-list.ts';

export interface NamedThing {
  readonly kind: string;
  readonly name: string;
}

/** One warning that ends in a list of these objects; none for an empty list. */
export function warningAbout(words: string, things: readonly NamedThing[]): readonly string[] {
  return things.length === 0 ? [] : [`${words}: ${nameList(things)}`];
}

/** Warnings about what a format left out, one for each kind of object. */
export function leftOutWarnings(things: readonly NamedThing[]): readonly string[] {
  const groups = [...Map.groupBy(things, ({ kind }) => kind).values()];
  return groups.flatMap((group) => warningAbout('omitted', group));
}

export function unreadWarning({ unread }: Schema): readonly string[] {
  return warningAbout('some details are missing, because the stored text could not be parsed', unread);
}

/** A warning for a format of rows about objects whose columns are unknown. */
export function closedWarning(closed: readonly NamedThing[]): readonly string[] {
  return warningAbout('omitted, because SQLite cannot report their columns', closed);
}

/** The virtual tables and views whose columns SQLite cannot determine. */
export function closedObjects({ tables, views }: Schema): readonly NamedThing[] {
  return [...tables.filter(isClosed), ...views.filter(isClosed)].map((object) => ({
    kind: 'kind' in object ? 'virtual table' : 'view',
    name: object.name,
  }));
}

function isClosed(object: Table | View): boolean {
  return object.columns === null;
}

/** Everything that is not an ordinary table and does not belong to one. */
export function besidesTables(schema: Schema): readonly NamedThing[] {
  return [
    ...virtualTables(schema),
    ...schema.views.map(({ name }) => ({ kind: 'view', name })),
    ...schema.triggers.map(({ name }) => ({ kind: 'trigger', name })),
  ];
}

export function virtualTables({ tables }: Schema): readonly NamedThing[] {
  return tables.filter(({ kind }) => kind === 'virtual').map(({ name }) => ({ kind: 'virtual table', name }));
}
