import { foldName } from '../../../../schema/identifier.ts';
import type { StoredObject, StoredSchema, StoredTable } from '../../../../schema/model.ts';
import { nameList } from '../../../../schema/name-list.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { brokenObjects } from '../../tables/broken-objects.ts';
import { nameReadBy } from '../../tables/module-text.ts';
import type { DependentObject } from '../../tables/stored-texts.ts';

export interface PartOfSchema {
  readonly schema: StoredSchema;
  readonly warnings: readonly string[];
}

/**
 * The part of a schema that belongs to some of its tables: the tables, their indexes, and the views and triggers that use no other
 * table. If all tables are chosen, the schema is unchanged, even where parts of it are broken.
 * @param tables by folded name.
 */
export function schemaOfTables(schema: StoredSchema, tables: ReadonlySet<string>): PartOfSchema {
  if (schema.tables.every(({ name }) => tables.has(foldName(name)))) return { schema, warnings: [] };
  const omitted: StoredTable[] = [];
  for (;;) {
    const part = partOf(schema, tables, omitted);
    const broken = brokenIn(part);
    const readers = part.tables.filter((table) => readsAbsent(table, part, broken));
    if (readers.length === 0) {
      const working = withoutPrograms(part, broken);
      const left = [...omitted.map(({ name }) => ({ kind: 'virtual table', name })), ...broken];
      return { schema: working, warnings: [...leftOut(left), ...danglingReferences(working, tables)] };
    }
    omitted.push(...readers);
  }
}

function partOf(
  schema: StoredSchema,
  tables: ReadonlySet<string>,
  omitted: readonly StoredTable[],
): StoredSchema {
  const chosen = schema.tables.filter(
    (table) => tables.has(foldName(table.name)) && !omitted.includes(table),
  );
  const names = new Set(chosen.map(({ name }) => foldName(name)));
  const views = new Set(schema.views.map(({ name }) => foldName(name)));
  const isOnChosen = ({ table }: StoredObject) => names.has(foldName(table));
  return {
    ...schema,
    tables: chosen,
    indexes: schema.indexes.filter(isOnChosen),
    triggers: schema.triggers.filter((trigger) => isOnChosen(trigger) || views.has(foldName(trigger.table))),
  };
}

/** Whether a virtual table reads a table or view that is not part of the export. */
function readsAbsent(
  table: StoredTable,
  { tables, views }: StoredSchema,
  broken: readonly DependentObject[],
): boolean {
  const read = table.kind === 'virtual' ? nameReadBy(table) : null;
  if (read === null) return false;
  const isNamed = ({ name }: { readonly name: string }) => foldName(name) === foldName(read);
  const works = !broken.some((object) => object.kind === 'view' && isNamed(object));
  return !(tables.some(isNamed) || (works && views.some(isNamed)));
}

/** Creates the schema in an empty database and returns what SQLite cannot compile. */
function brokenIn(schema: StoredSchema): readonly DependentObject[] {
  if (schema.views.length + schema.triggers.length === 0) return [];
  const scratch = openDatabase(':memory:', { mode: 'read-write', doubleQuotedStrings: true });
  const failed: DependentObject[] = [];
  try {
    for (const { sql } of schema.tables) attempt(() => scratch.exec(sql));
    for (const kind of ['view', 'trigger'] as const) {
      for (const { name, sql } of kind === 'view' ? schema.views : schema.triggers) {
        if (!attempt(() => scratch.exec(sql))) failed.push({ kind, name });
      }
    }
    return [...failed, ...brokenObjects(scratch, { most: Infinity })];
  } finally {
    scratch.close();
  }
}

function attempt(run: () => void): boolean {
  try {
    run();
    return true;
  } catch {
    // It is broken in the complete schema, too.
    return false;
  }
}

/** Removes the broken views and triggers, and the triggers of those views. */
function withoutPrograms(schema: StoredSchema, broken: readonly DependentObject[]): StoredSchema {
  const namesOf = (kind: DependentObject['kind']) => {
    return new Set(broken.filter((each) => each.kind === kind).map(({ name }) => foldName(name)));
  };
  const [views, triggers] = [namesOf('view'), namesOf('trigger')];
  return {
    ...schema,
    views: schema.views.filter(({ name }) => !views.has(foldName(name))),
    triggers: schema.triggers.filter(
      ({ name, table }) => !triggers.has(foldName(name)) && !views.has(foldName(table)),
    ),
  };
}

function leftOut(broken: readonly { readonly kind: string; readonly name: string }[]): readonly string[] {
  if (broken.length === 0) return [];
  return [`omitted, because they depend on tables that are not exported: ${nameList(broken)}`];
}

function danglingReferences(schema: StoredSchema, tables: ReadonlySet<string>): readonly string[] {
  const referring = schema.tables.filter(({ references }) =>
    references.some((name) => !tables.has(foldName(name))),
  );
  if (referring.length === 0) return [];
  const named = referring.map(({ name }) => ({ kind: 'table', name }));
  return [`foreign keys reference tables that are not exported: ${nameList(named)}`];
}
