import { DatabaseSync } from 'node:sqlite';

export const TABLE_COUNT = 2_000;
export const COLUMNS_PER_TABLE = 10;

const TYPES = ['TEXT', 'INTEGER NOT NULL DEFAULT 0', 'REAL', 'NUMERIC(10,2) CHECK (amount_3 >= 0)'];

/** A large but ordinary database: 2,000 tables of 10 columns each, with foreign keys, checks and an index per table. */
export function createLargeSchema(path: string): void {
  const database = new DatabaseSync(path);
  database.exec('BEGIN');
  for (let table = 0; table < TABLE_COUNT; table++) {
    const columns = Array.from({ length: COLUMNS_PER_TABLE - 2 }, (_, index) => {
      return `  amount_${index} ${TYPES[index % TYPES.length]}`;
    });
    const parent = `  parent_id INTEGER${table === 0 ? '' : ` REFERENCES table_${table - 1} (id) ON DELETE CASCADE`}`;
    database.exec(
      `CREATE TABLE table_${table} (\n  id INTEGER PRIMARY KEY,\n${[parent, ...columns].join(',\n')}\n)`,
    );
    database.exec(`CREATE INDEX index_${table} ON table_${table} (amount_1, amount_2 DESC)`);
  }
  database.exec('COMMIT');
  database.close();
}
