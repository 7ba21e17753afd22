import type { DatabaseSync } from 'node:sqlite';

import { attachedDatabaseOf } from '../../../../schema/ddl/create-trigger.ts';
import { foldName, isReservedName } from '../../../../schema/identifier.ts';
import type {
  NamedObject,
  SchemaToLoad,
  StoredObject,
  StoredSchema,
  StoredTable,
  UnloadableObject,
} from '../../../../schema/model.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { emptyTable } from '../../introspection/open-columns.ts';
import { nameReadBy } from '../../tables/module-text.ts';
import { shortened } from '../../values/shortened.ts';

/**
 * Tries the statements of a schema that may not load: those that name a collation, a function, a module, a tokenizer or another
 * database, or that have `"text"` as a string. Each is compiled in an empty scratch database with double-quoted strings off, as in this
 * service and in newer builds, and then with them on. https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted
 */
export function schemaToLoad(database: DatabaseSync, schema: StoredSchema): SchemaToLoad {
  const found = triedTables(database, schema);
  const unloadable = [...found.unloadable, ...triggersElsewhere(schema.triggers)];
  return { ...schema, quotedStrings: found.quotedStrings, unloadable };
}

type LoadingFacts = Pick<SchemaToLoad, 'quotedStrings' | 'unloadable'>;

function triedTables(database: DatabaseSync, schema: StoredSchema): LoadingFacts {
  const suspectIndexes = groupByTable(schema.indexes.filter(({ sql }) => INDEX_EXPRESSION.test(sql)));
  const suspects = schema.tables.filter(
    ({ kind, name, sql }) => kind === 'virtual' || EXPRESSION_STARTS.test(sql) || suspectIndexes.has(name),
  );
  if (suspects.length === 0) return { quotedStrings: [], unloadable: [] };
  const scratch = {
    off: openDatabase(':memory:', { mode: 'read-write' }),
    on: openDatabase(':memory:', { mode: 'read-write', doubleQuotedStrings: true }),
  };
  try {
    const found = suspects
      .filter(({ kind }) => kind === 'table')
      .map((table) => tryTable(scratch, table, suspectIndexes.get(table.name) ?? []));
    const tables = found.flatMap(({ unloadable }) => unloadable);
    const virtual = suspects.filter(({ kind }) => kind === 'virtual');
    return {
      quotedStrings: found.flatMap(({ quotedStrings }) => quotedStrings),
      unloadable: [...tables, ...tryVirtualTables({ database, scratch: scratch.on }, virtual, tables)],
    };
  } finally {
    scratch.off.close();
    scratch.on.close();
  }
}

/**
 * A quick first check. Without an unknown collation and an expression, a CREATE TABLE needs nothing that could be missing. Expressions follow
 * CHECK, AS and DEFAULT; a comment may stand between DEFAULT and its parenthesis.
 */
const EXPRESSION_STARTS = /\bcollate\b(?!\s+(?:binary|nocase|rtrim)\b)|\bcheck\b|\bas\b|\bdefault\s*[(/-]/i;

/** Likewise for an index: a term in parentheses, a `"name"` that may be a string, a collation, or a condition. */
const INDEX_EXPRESSION = /\bcollate\b|\bwhere\b|\([^]*[("]/i;

/** Two connections to equal empty databases, with double-quoted strings on and off. */
interface Scratch {
  readonly off: DatabaseSync;
  readonly on: DatabaseSync;
}

function tryTable(scratch: Scratch, table: StoredObject, indexes: readonly StoredObject[]): LoadingFacts {
  const named = { kind: 'table', name: table.name } as const;
  const reason = errorOf(() => withTable(scratch.on, table.sql, () => null));
  if (reason !== null) return { quotedStrings: [], unloadable: [{ ...named, reason }] };
  // Compiling a statement changes nothing.
  if (compileError(scratch.off, table.sql) !== null) return { quotedStrings: [named], unloadable: [] };
  // An index needs its table to exist.
  const quoted = withTable(scratch.off, table.sql, () =>
    indexes.filter((index) => compileError(scratch.off, index.sql) !== null),
  );
  const tried = withTable(scratch.on, table.sql, () =>
    quoted.map(({ name, sql }) => ({ kind: 'index', name, reason: compileError(scratch.on, sql) }) as const),
  );
  return {
    quotedStrings: tried.filter((index) => index.reason === null).map(({ kind, name }) => ({ kind, name })),
    unloadable: tried.flatMap(({ kind, name, reason: missing }) =>
      missing === null ? [] : [{ kind, name, reason: missing }],
    ),
  };
}

/** Runs `run` while a table exists. */
function withTable<Result>(database: DatabaseSync, sql: string | null, run: () => Result): Result {
  database.exec('BEGIN');
  try {
    if (sql !== null) database.prepare(sql).run();
    return run();
  } finally {
    database.exec('ROLLBACK');
  }
}

/** @returns the error if the statement does not compile. */
function compileError(database: DatabaseSync, sql: string): string | null {
  return errorOf(() => database.prepare(sql));
}

function errorOf(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    return shortened(error instanceof Error ? error.message : String(error));
  }
}

/** A module reads its arguments only when its table is created. A full-text table may need the table of its content. */
function tryVirtualTables(
  { database, scratch }: { readonly database: DatabaseSync; readonly scratch: DatabaseSync },
  tables: readonly StoredTable[],
  unloadable: readonly NamedObject[],
): readonly UnloadableObject[] {
  const unloadableNames = new Set(unloadable.map(({ name }) => foldName(name)));
  return tables.flatMap((table) => {
    const read = nameReadBy(table);
    const content = read === null || isReservedName(read) ? null : emptyTable(database, read);
    const reason =
      read !== null && unloadableNames.has(foldName(read))
        ? `it reads ${shortened(read)}`
        : withTable(scratch, content, () => errorOf(() => scratch.prepare(table.sql).run()));
    return reason === null ? [] : [{ kind: 'virtual table', name: table.name, reason }];
  });
}

/**
 * A trigger may name the database of its table, as in `ON attached.t`. SQLite ignores the name while it reads the schema, and refuses it
 * in a new trigger.
 */
function triggersElsewhere(triggers: readonly StoredObject[]): readonly UnloadableObject[] {
  return triggers.flatMap(({ name, sql }) => {
    const attached = attachedDatabaseOf(sql);
    return attached === null
      ? []
      : [{ kind: 'trigger', name, reason: `unknown database ${shortened(attached.name)}` }];
  });
}

function groupByTable(objects: readonly StoredObject[]): ReadonlyMap<string, readonly StoredObject[]> {
  const groups = new Map<string, StoredObject[]>();
  for (const object of objects) {
    const group = groups.get(object.table);
    if (group === undefined) groups.set(object.table, [object]);
    else group.push(object);
  }
  return groups;
}
