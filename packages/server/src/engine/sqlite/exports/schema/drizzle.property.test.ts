import { test } from 'node:test';

import { randomRuns, withRandomDatabases } from '../../../../testing/random-schema/random-databases.ts';
import { assertModules } from '../../../../testing/schema-exports/drizzle-export.ts';

const RUNS = randomRuns(30);

test(`given any schema, the module compiles, and Drizzle reads the same tables from it (${RUNS} schemas)`, async () => {
  await withRandomDatabases(RUNS, async (databases) => void (await assertModules(databases)));
});
