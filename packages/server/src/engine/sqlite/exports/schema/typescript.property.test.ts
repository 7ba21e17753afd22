import { test } from 'node:test';

import { randomRuns, withRandomDatabases } from '../../../../testing/random-schema/random-databases.ts';
import { assertSameColumns } from '../../../../testing/schema-exports/typescript-export.ts';

const RUNS = randomRuns(40);

test(`given any schema, when its types are compiled, then they have the columns that the API has (${RUNS} schemas)`, async () => {
  await withRandomDatabases(RUNS, assertSameColumns);
});
