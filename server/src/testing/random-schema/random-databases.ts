import type { DatabaseSync } from 'node:sqlite';

import * as fc from 'fast-check';

import { openDatabase } from '../../engine/sqlite/open-database.ts';
import { randomSchemas } from './random-schema.ts';

export interface RandomDatabases {
  /** What makes the same ones again, as PROPERTY_SEED. */
  readonly seed: number;
  readonly databases: readonly DatabaseSync[];
}

/** Databases in memory with random schemas: all at once, for tools that are slow to start. */
export function randomDatabases(count: number): RandomDatabases {
  const seed = Number(process.env['PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const databases = fc.sample(randomSchemas, { numRuns: count, seed }).map(({ statements }) => {
    const database = openDatabase(':memory:', { mode: 'read-write' });
    for (const statement of statements) database.exec(statement);
    return database;
  });
  return { seed, databases };
}
