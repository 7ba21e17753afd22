import type { DatabaseSync } from 'node:sqlite';

import { attachedDatabaseOf } from '../../../../schema/ddl/create-trigger.ts';
import { foldName } from '../../../../schema/identifier.ts';
import type {
  SchemaToLoad,
  StoredObject,
  StoredSchema,
  StoredTable,
  UnloadableObject,
} from '../../../../schema/model.ts';
import { nameList } from '../../../../schema/name-list.ts';
import { schemaToLoad } from '../schema/schema-to-load.ts';

export interface DumpSchema {
  readonly schema: SchemaToLoad;
  readonly warnings: readonly string[];
}

/**
 * The schema as a dump with rows writes it, which must load: the statements as stored, except for triggers that name an attached
 * database, and virtual tables whose module is missing. The tables that such a module made are ordinary tables here, and the module
 * would make them again.
 */
export function dumpSchema(database: DatabaseSync, stored: StoredSchema): DumpSchema {
  const triggers = stored.triggers.map(withoutDatabase);
  const changed = triggers.filter((trigger) => !stored.triggers.includes(trigger));
  const schema = schemaToLoad(database, { ...stored, triggers });
  const withoutModule = new Set(schema.unloadable.filter(isWithoutModule).map(({ name }) => foldName(name)));
  const tables = schema.tables.map((table) =>
    withoutModule.has(foldName(table.name)) ? inSchemaTable(table) : table,
  );
  const unloadable = schema.unloadable.map((object) =>
    isWithoutModule(object) ? { ...object, reason: `${object.reason}${IN_SCHEMA_TABLE}` } : object,
  );
  return { schema: { ...schema, tables, unloadable }, warnings: changedWarnings(changed) };
}

function isWithoutModule({ reason }: UnloadableObject): boolean {
  return reason.startsWith('no such module');
}

const IN_SCHEMA_TABLE = ', so it is written to sqlite_schema, which a defensive connection refuses';

/** SQLite ignores the name when it reads the schema, so the trigger is the same without it. */
function withoutDatabase(trigger: StoredObject): StoredObject {
  const attached = attachedDatabaseOf(trigger.sql);
  return attached === null ? trigger : { ...trigger, sql: attached.withoutIt };
}

/** Writes a virtual table into sqlite_schema, as the sqlite3 shell does, so that its module is not called. */
function inSchemaTable(table: StoredTable): StoredTable {
  const [name, sql] = [table.name, table.sql].map((text) => `'${text.replaceAll("'", "''")}'`);
  return {
    ...table,
    sql: `PRAGMA writable_schema = ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES('table',${name},${name},0,${sql});
PRAGMA writable_schema = RESET`,
  };
}

function changedWarnings(triggers: readonly StoredObject[]): readonly string[] {
  if (triggers.length === 0) return [];
  const named = triggers.map(({ name }) => ({ kind: 'trigger', name }));
  return [`written without the database before the name of the table: ${nameList(named)}`];
}
