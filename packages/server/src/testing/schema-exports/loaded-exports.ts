import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';

import { renderSchemaExport } from '../../engine/sqlite/exports/schema/render-schema.ts';
import { postgresFormat } from '../../schema/formats/postgres.ts';
import { type CatalogTable, readCatalog } from '../tools/postgres-catalog.ts';
import { startPostgres } from '../tools/postgres-server.ts';

/** A PostgreSQL server of its own, and the exports that it has loaded. */
export interface LoadedExports extends AsyncDisposable {
  /** Loads the export of a database into a new schema. @returns the schema's tables. */
  load(database: DatabaseSync): readonly CatalogTable[];
  /** Runs a script in the schema that was loaded last, and returns its output. */
  run(script: string): string;
}

export async function startLoadingExports(): Promise<LoadedExports> {
  const server = await startPostgres();
  let loaded = 0;
  const run = (script: string) => server.run(`SET search_path = s${loaded};\n${script}`);
  return {
    load: (database) => {
      const { text } = renderSchemaExport(database, postgresFormat);
      assert.equal(text, renderSchemaExport(database, postgresFormat).text);
      loaded += 1;
      run(`CREATE SCHEMA s${loaded};\n${text}`);
      return readCatalog(server, `s${loaded}`);
    },
    run,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
