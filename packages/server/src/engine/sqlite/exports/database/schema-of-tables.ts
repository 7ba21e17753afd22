import { foldName } from '../../../../schema/identifier.ts';
import type { StoredObject, StoredSchema } from '../../../../schema/model.ts';
import { nameList } from '../../../../schema/name-list.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { brokenObjects, type ProgramObject } from '../../tables/broken-objects.ts';

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
  const views = new Set(schema.views.map(({ name }) => foldName(name)));
  const isOnChosen = ({ table }: StoredObject) => tables.has(foldName(table));
  const part = {
    ...schema,
    tables: schema.tables.filter(isOnChosen),
    indexes: schema.indexes.filter(isOnChosen),
    triggers: schema.triggers.filter((trigger) => isOnChosen(trigger) || views.has(foldName(trigger.table))),
  };
  const broken = brokenIn(part);
  const working = withoutPrograms(part, broken);
  return { schema: working, warnings: [...leftOut(broken), ...danglingReferences(working, tables)] };
}

/** Creates the schema in an empty database and returns what SQLite cannot compile. */
function brokenIn(schema: StoredSchema): readonly ProgramObject[] {
  if (schema.views.length + schema.triggers.length === 0) return [];
  const scratch = openDatabase(':memory:', { mode: 'read-write', doubleQuotedStrings: true });
  const failed: ProgramObject[] = [];
  try {
    for (const { sql } of schema.tables) attempt(() => scratch.exec(sql));
    for (const kind of ['view', 'trigger'] as const) {
      for (const { name, sql } of kind === 'view' ? schema.views : schema.triggers) {
        if (!attempt(() => scratch.exec(sql))) failed.push({ kind, name });
      }
    }
    return [...failed, ...brokenObjects(scratch, Infinity)];
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
function withoutPrograms(schema: StoredSchema, broken: readonly ProgramObject[]): StoredSchema {
  const namesOf = (kind: ProgramObject['kind']) => {
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

function leftOut(broken: readonly ProgramObject[]): readonly string[] {
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
