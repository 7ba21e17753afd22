import { after, before, test } from 'node:test';

import { randomRuns, withRandomDatabases } from '../../../../testing/random-schema/random-databases.ts';
import {
  type LoadedExports,
  startLoadingExports,
} from '../../../../testing/schema-exports/loaded-exports.ts';
import { assertSays } from '../../../../testing/schema-exports/postgres-export.ts';
import { readSchema } from '../../introspection/read-schema.ts';

let exports: LoadedExports;
before(async () => {
  exports = await startLoadingExports();
});
after(() => exports[Symbol.asyncDispose]());

const RUNS = randomRuns(30);

test(`given any schema, PostgreSQL has everything that the export can express (${RUNS} schemas)`, async () => {
  await withRandomDatabases(RUNS, (databases) => {
    for (const database of databases) assertSays(exports.load(database), readSchema(database));
  });
});
