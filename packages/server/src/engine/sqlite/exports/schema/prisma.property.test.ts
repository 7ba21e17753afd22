import { test } from 'node:test';

import { randomRuns, withRandomDatabases } from '../../../../testing/random-schema/random-databases.ts';
import { assertSays } from '../../../../testing/schema-exports/prisma-export.ts';

const RUNS = randomRuns(40);

test(`given any schema, Prisma reads everything that its format can express (${RUNS} schemas)`, async () => {
  await withRandomDatabases(RUNS, (databases) => databases.forEach(assertSays));
});
