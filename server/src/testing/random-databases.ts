import type { DatabaseSync } from 'node:sqlite';

import * as fc from 'fast-check';

import { type RandomSchema, randomSchemas } from './random-schema/random-schema.ts';
import { databaseWith } from './schema-copies.ts';

/** `PROPERTY_SEED` replays a failure that printed its seed. */
const SEED = Number(process.env['PROPERTY_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));

/**
 * Hands a number of databases with random schemas to `check`, all of them at once, so that a tool that starts slowly
 * has to start once. A failure says the seed.
 */
export async function withRandomDatabases(
  count: number,
  check: (databases: readonly DatabaseSync[]) => void | Promise<void>,
): Promise<void> {
  const databases = fc.sample(randomSchemas, { numRuns: count, seed: SEED }).map(made);
  try {
    await check(databases);
  } catch (error) {
    throw new Error(`with PROPERTY_SEED=${SEED}`, { cause: error });
  } finally {
    for (const database of databases) database.close();
  }
}

function made({ encoding, statements }: RandomSchema): DatabaseSync {
  const database = databaseWith(`PRAGMA encoding = '${encoding}'`);
  // Each alone: the end of one may be a comment.
  for (const statement of statements) database.exec(statement);
  return database;
}
