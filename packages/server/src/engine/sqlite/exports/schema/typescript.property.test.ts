import { test } from 'node:test';

import { randomRuns, withRandomDatabases } from '../../../../testing/random-schema/random-databases.ts';
import { assertSameColumns } from '../../../../testing/schema-exports/typescript-export.ts';

const RUNS = randomRuns(40);

test(`given any schema, its types have the columns of the API (${RUNS} schemas)`, async () => {
  await withRandomDatabases(RUNS, assertSameColumns);
});
