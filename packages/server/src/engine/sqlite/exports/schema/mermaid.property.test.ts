import { test } from 'node:test';

import { randomRuns, withRandomDatabases } from '../../../../testing/random-schema/random-databases.ts';
import { assertSays } from '../../../../testing/schema-exports/mermaid-export.ts';

const RUNS = randomRuns(40);

test(`given any schema, Mermaid reads everything that its format can express (${RUNS} schemas)`, async () => {
  await withRandomDatabases(RUNS, async (databases) => {
    for (const database of databases) await assertSays(database);
  });
});
