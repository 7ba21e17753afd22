import * as fc from 'fast-check';

import type { OpenDatabase } from '../../engine/sqlite/connection/open-database.ts';
import { databaseWith } from '../databases/schema-copies.ts';
import { type RandomSchema, randomSchemas } from './random-schema.ts';

const RUNS = process.env['PROPERTY_RUNS'];

/** A failure prints its seed, and PROPERTY_SEED replays it. */
const SEED = Number(process.env['PROPERTY_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));

/**
 * The number of random databases of a test, `byDay` by default. With PROPERTY_RUNS (`npm run test:long`) it is a tenth of that number,
 * because each database is loaded with a slow tool.
 */
export function randomRuns(byDay: number): number {
  return RUNS === undefined ? byDay : Math.ceil(Number(RUNS) / 10);
}

/** The number of databases for one start of a tool that starts slowly. */
const BATCH = 100;

/** Passes databases in memory with random schemas to `check`, in batches for tools that start slowly. */
export async function withRandomDatabases(
  count: number,
  check: (databases: readonly OpenDatabase[]) => void | Promise<void>,
): Promise<void> {
  for (let done = 0, seed = SEED; done < count; done += BATCH, seed += 1) {
    await withBatch(Math.min(BATCH, count - done), seed, check);
  }
}

async function withBatch(
  count: number,
  seed: number,
  check: (databases: readonly OpenDatabase[]) => void | Promise<void>,
): Promise<void> {
  const databases = fc.sample(randomSchemas, { numRuns: count, seed }).map(made);
  try {
    await check(databases);
  } catch (error) {
    throw new Error(`with PROPERTY_SEED=${seed}`, { cause: error });
  } finally {
    for (const database of databases) database.close();
  }
}

function made({ encoding, statements }: RandomSchema): OpenDatabase {
  const database = databaseWith(`PRAGMA encoding = '${encoding}'`);
  // One by one, because a statement may end in an open comment.
  for (const statement of statements) database.exec(statement);
  return database;
}
