import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';

import { postgresFormat } from '../../../../schema/formats/postgres.ts';
import { randomRuns, withRandomDatabases } from '../../../../testing/random-schema/random-databases.ts';
import { assertSays } from '../../../../testing/schema-exports/postgres-export.ts';
import { type CatalogTable, readCatalog } from '../../../../testing/tools/postgres-catalog.ts';
import { type PostgresServer, startPostgres } from '../../../../testing/tools/postgres-server.ts';
import { readSchema } from '../../introspection/read-schema.ts';
import { renderSchemaExport } from './render-schema.ts';

let server: PostgresServer;
let schemaCount = 0;
before(async () => {
  server = await startPostgres();
});
after(() => server[Symbol.asyncDispose]());

const RUNS = randomRuns(30);

test(`given any schema, PostgreSQL has everything that the export can express (${RUNS} schemas)`, async () => {
  await withRandomDatabases(RUNS, (databases) => {
    for (const database of databases) assertSays(load(database), readSchema(database));
  });
});

/** Loads the export into a new schema, which becomes the search path. */
function load(database: DatabaseSync): readonly CatalogTable[] {
  const { text } = renderSchemaExport(database, postgresFormat);
  assert.equal(text, renderSchemaExport(database, postgresFormat).text);
  schemaCount += 1;
  server.run(`CREATE SCHEMA s${schemaCount};\n${search()}${text}`);
  return readCatalog(server, `s${schemaCount}`);
}

function search(): string {
  return `SET search_path = s${schemaCount};\n`;
}
