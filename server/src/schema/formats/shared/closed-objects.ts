import type { Schema, Table, View } from '../../model.ts';

/** The virtual tables and views whose columns SQLite cannot tell, for a warning. */
export function closedObjects({
  tables,
  views,
}: Schema): readonly { readonly kind: string; readonly name: string }[] {
  return [...tables.filter(isClosed), ...views.filter(isClosed)].map((object) => ({
    kind: 'kind' in object ? 'virtual table' : 'view',
    name: object.name,
  }));
}

function isClosed(object: Table | View): boolean {
  return object.columns === null;
}
