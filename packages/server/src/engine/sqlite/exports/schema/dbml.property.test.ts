import { test } from 'node:test';

import { randomRuns, withRandomDatabases } from '../../../../testing/random-schema/random-databases.ts';
import { assertSays } from '../../../../testing/schema-exports/dbml-export.ts';

const RUNS = randomRuns(40);

test(`given any schema, DBML tools read everything that DBML can express (${RUNS} schemas)`, async () => {
  await withRandomDatabases(RUNS, (databases) => databases.forEach(assertSays));
});
