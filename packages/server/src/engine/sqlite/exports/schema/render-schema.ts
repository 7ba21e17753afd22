import type { DatabaseSync } from 'node:sqlite';

import type { RenderedSchema, SchemaFormat } from '../../../../schema/formats/format.ts';
import type { StoredSchema } from '../../../../schema/model.ts';
import { nameList } from '../../../../schema/name-list.ts';
import { readTransaction } from '../../connection/read-transaction.ts';
import { readSchema } from '../../introspection/read-schema.ts';
import { readStoredSchema } from '../../introspection/read-stored-schema.ts';
import { findDoubleQuotedStrings } from './double-quoted-strings.ts';
import { findMissingModules } from './missing-modules.ts';

/** The schema of a database in `format`, from one consistent view of it. */
export function renderSchemaExport(database: DatabaseSync, format: SchemaFormat): RenderedSchema {
  return readTransaction(database, () => {
    if (format.tier === 'full') return format.render(readSchema(database));
    const schema = readStoredSchema(database);
    const { text, warnings } = format.render(schema);
    return { text, warnings: [...warnings, ...loadingWarnings(database, schema)] };
  });
}

/** Warnings about parts of a schema whose SQL does not load everywhere. */
export function loadingWarnings(database: DatabaseSync, schema: StoredSchema): readonly string[] {
  const warnings: string[] = [];
  const quoted = findDoubleQuotedStrings(database, schema);
  if (quoted.length > 0) {
    warnings.push(`the SQL does not load if double-quoted strings are disabled: ${nameList(quoted)}`);
  }
  const missing = findMissingModules(database, schema).map(({ name }) => ({ kind: 'virtual table', name }));
  if (missing.length > 0) {
    warnings.push(`the SQL only loads if the modules of these tables are installed: ${nameList(missing)}`);
  }
  return warnings;
}
