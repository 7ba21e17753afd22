import type { DatabaseSync } from 'node:sqlite';
import type { RenderedSchema, SchemaFormat } from '../../schema/formats/format.ts';
import type { StoredSchema } from '../../schema/model.ts';
import { nameList } from '../../schema/name-list.ts';
import { findDoubleQuotedStrings } from './double-quoted-strings.ts';
import { readSchema } from './introspection/read-schema.ts';
import { readStoredSchema } from './introspection/read-stored-schema.ts';
import { readTransaction } from './read-transaction.ts';

/** The schema of a database written down in `format`, from one consistent view of it. */
export function renderSchemaExport(database: DatabaseSync, format: SchemaFormat): RenderedSchema {
  return readTransaction(database, () => {
    if (format.tier === 'full') return format.render(readSchema(database));
    const schema = readStoredSchema(database);
    const { text, warnings } = format.render(schema);
    return { text, warnings: [...warnings, ...loadingWarnings(database, schema)] };
  });
}

function loadingWarnings(database: DatabaseSync, schema: StoredSchema): readonly string[] {
  const objects = findDoubleQuotedStrings(database, schema);
  if (objects.length === 0) return [];
  return [`the SQL does not load where double-quoted strings are off: ${nameList(objects)}`];
}
