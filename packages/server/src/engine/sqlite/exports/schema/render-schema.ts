import type { DatabaseSync } from 'node:sqlite';

import type { RenderedSchema, SchemaFormat } from '../../../../schema/formats/format.ts';
import { readTransaction } from '../../connection/read-transaction.ts';
import { readSchema } from '../../introspection/read-schema.ts';
import { readStoredSchema } from '../../introspection/read-stored-schema.ts';
import { schemaToLoad } from './schema-to-load.ts';

/** The schema of a database in `format`, from one consistent view of it. */
export function renderSchemaExport(database: DatabaseSync, format: SchemaFormat): RenderedSchema {
  return readTransaction(database, () => {
    if (format.tier === 'full') return format.render(readSchema(database));
    return format.render(schemaToLoad(database, readStoredSchema(database)));
  });
}
