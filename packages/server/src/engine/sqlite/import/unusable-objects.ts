import type { DatabaseSync } from 'node:sqlite';

import { quoteIdentifier } from '../../../schema/identifier.ts';
import type { ImportWarning } from '../../engine.ts';
import { type ColumnFacts, readColumns } from '../introspection/column-facts.ts';
import { queryRows } from '../introspection/query-rows.ts';
import { tablesWithoutCollation } from '../rows/copied-table.ts';
import { shortened } from '../values/shortened.ts';

/** The maximum number of objects that a warning names. */
const NAMED = 20;

interface StoredObject {
  readonly type: 'table' | 'copied' | 'virtual' | 'view';
  readonly name: string;
  /** Quoted, for SQL. */
  readonly quoted: string;
}

/** What a client may do with an object, and a statement that SQLite only compiles if it can. */
const USES: readonly {
  readonly failure: string;
  readonly types: readonly StoredObject['type'][];
  readonly sql: (database: DatabaseSync, object: StoredObject) => string;
}[] = [
  {
    failure: 'cannot be read here',
    types: ['table', 'virtual', 'view'],
    sql: (database, { name, quoted }) =>
      `SELECT ${terms(database, name, ({ generated }) => generated !== 'virtual')} FROM ${quoted}`,
  },
  {
    failure: 'have columns that cannot be computed here, and cannot be written',
    types: ['table'],
    sql: (_, { quoted }) => `SELECT * FROM ${quoted}`,
  },
  {
    failure: 'cannot be sorted and filtered by every column here',
    types: ['table', 'virtual', 'view'],
    sql: (database, { name, quoted }) => `SELECT 1 FROM ${quoted} ORDER BY ${terms(database, name)}`,
  },
  {
    failure: 'cannot be written here',
    types: ['table', 'copied', 'virtual'],
    sql: (_, { quoted }) => `INSERT INTO ${quoted} DEFAULT VALUES`,
  },
];

/** The columns for a list of terms, which begins with 1, so that it is never empty. */
function terms(
  database: DatabaseSync,
  table: string,
  isListed: (column: ColumnFacts) => boolean = () => true,
): string {
  const columns = readColumns(database, table).filter((column) => !column.hidden && isListed(column));
  return ['1', ...columns.map(({ name }) => quoteIdentifier(name))].join(', ');
}

const LABELS = { table: 'table', copied: 'table', virtual: 'virtual table', view: 'view' } as const;

/** A vocabulary is only read, wherever it is. */
const NEVER_WRITTEN = /may not be modified$/;

/**
 * Names the tables and views that need something that this SQLite lacks: a collation, a function, a module, a tokenizer, or another
 * database. Turns foreign keys off.
 */
export function unusableObjectWarnings(database: DatabaseSync): readonly ImportWarning[] {
  const rows = queryRows<['table' | 'virtual' | 'view', string]>(
    database,
    `SELECT type, name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow'
     AND name NOT LIKE 'sqlite@_%' ESCAPE '@' AND name NOT LIKE '@_rowhouse@_%' ESCAPE '@' ORDER BY name`,
  );
  // An INSERT would also not compile because of a foreign key without a parent key, which has a warning of its own.
  database.exec('PRAGMA foreign_keys = OFF');
  // Their rows are read in a copy.
  const copied = new Set(tablesWithoutCollation(database));
  let usable = rows.map(([stored, name]): StoredObject => {
    const type = copied.has(name) ? 'copied' : stored;
    return { type, name, quoted: `main.${quoteIdentifier(name)}` };
  });
  return USES.flatMap(({ failure, types, sql }) => {
    const failed = usable
      .filter(({ type }) => types.includes(type))
      .map((object) => ({ object, reason: reasonNotToCompile(database, () => sql(database, object)) }))
      .filter(({ reason }) => reason !== null && !NEVER_WRITTEN.test(reason));
    // An object that cannot be read is named once.
    usable = usable.filter((object) => !failed.some((each) => each.object === object));
    if (failed.length === 0) return [];
    const named = failed
      .slice(0, NAMED)
      .map(({ object: { type, name }, reason }) => shortened(`${LABELS[type]} ${name} (${reason})`));
    const more = failed.length > NAMED ? ` and ${failed.length - NAMED} more` : '';
    return [
      { code: 'unusable_objects' as const, message: `These objects ${failure}: ${named.join('; ')}${more}.` },
    ];
  });
}

function reasonNotToCompile(database: DatabaseSync, sql: () => string): string | null {
  try {
    database.prepare(sql());
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
