import { terminateStatement } from '../ddl/text/terminate-statement.ts';
import { compareNames, foldName } from '../identifier.ts';
import type {
  NamedObject,
  SchemaToLoad,
  StoredObject,
  StoredSchema,
  StoredTable,
  UnloadableObject,
} from '../model.ts';
import { nameList } from '../name-list.ts';
import { orderTables } from '../table-order.ts';

/** The statements of a schema as text, in sections between which rows can be inserted. */
export interface SqlSections {
  /** It can be set only in an empty file and outside a transaction. https://www.sqlite.org/pragma.html#pragma_encoding */
  readonly encoding: string;
  /**
   * The first part loads everywhere. The second one, if there is one, has the objects that SQLite does not create here: a loader that
   * stops at its first error has the first part by then.
   */
  readonly parts: readonly SqlPart[];
  readonly warnings: readonly string[];
}

/** Statements for one transaction. */
export interface SqlPart {
  readonly comment: string;
  /** Tables, and the views that virtual tables may read. */
  readonly beforeRows: string;
  /** The tables that it creates. */
  readonly tables: readonly StoredTable[];
  /** Indexes, which are created faster after the rows, and triggers, which must not fire for the inserted rows. */
  readonly afterRows: string;
}

export function sqlSections(schema: SchemaToLoad): SqlSections {
  const joined: NamedObject[] = [];
  const textOf = (objects: readonly (StoredObject & NamedObject)[]) => {
    const statements = objects.map((object) => ({ object, ...terminateStatement(object.sql) }));
    joined.push(...statements.filter((statement) => statement.joined).map(({ object }) => object));
    return statements.map(({ text }) => `${text}\n`).join('');
  };
  const sectionsOf = (part: StoredSchema): Omit<SqlPart, 'comment'> => {
    const { beforeRows, afterRows } = inLoadingOrder(part);
    return { beforeRows: textOf(beforeRows), tables: part.tables, afterRows: textOf(afterRows) };
  };
  const parts = splitByLoading(schema);
  const [ready, rest] = [sectionsOf(parts.ready), sectionsOf(parts.rest)];
  const { encoding, userVersion, applicationId } = schema;
  const header =
    (userVersion === 0 ? '' : `PRAGMA user_version = ${userVersion};\n`) +
    (applicationId === 0 ? '' : `PRAGMA application_id = ${applicationId};\n`);
  const first = { ...ready, comment: '', afterRows: ready.afterRows + header };
  const isComplete = rest.beforeRows + rest.afterRows === '';
  return {
    encoding: encoding === 'UTF-8' ? '' : `PRAGMA encoding = '${encoding}';\n`,
    parts: isComplete ? [first] : [first, { ...rest, comment: unloadableComment(schema.unloadable) }],
    warnings: warningsAbout(schema, joined),
  };
}

function unloadableComment(objects: readonly UnloadableObject[]): string {
  const lines = objects.map(({ kind, name, reason }) => `-- ${oneLine(`${kind} ${name}: ${reason}`)}\n`);
  return `-- The rest loads only into an SQLite that has what is missing here:\n${lines.join('')}`;
}

/** The schema without what does not load, and then the rest: also the indexes and triggers of tables that do not load. */
function splitByLoading(schema: SchemaToLoad): Readonly<Record<'ready' | 'rest', StoredSchema>> {
  const keys = new Set(schema.unloadable.map(keyOf));
  const tables = schema.tables.filter((table) => keys.has(keyOf({ kind: kindOf(table), name: table.name })));
  const unloadableTables = new Set(tables.map(({ name }) => foldName(name)));
  const isRest = (kind: 'index' | 'trigger') => {
    return ({ name, table }: StoredObject) =>
      unloadableTables.has(foldName(table)) || keys.has(keyOf({ kind, name }));
  };
  const [isRestIndex, isRestTrigger] = [isRest('index'), isRest('trigger')];
  return {
    ready: {
      ...schema,
      tables: schema.tables.filter((table) => !tables.includes(table)),
      indexes: schema.indexes.filter((index) => !isRestIndex(index)),
      triggers: schema.triggers.filter((trigger) => !isRestTrigger(trigger)),
    },
    rest: {
      ...schema,
      tables,
      views: [],
      indexes: schema.indexes.filter(isRestIndex),
      triggers: schema.triggers.filter(isRestTrigger),
    },
  };
}

function keyOf({ kind, name }: NamedObject): string {
  return `${kind} ${foldName(name)}`;
}

function kindOf({ kind }: StoredTable): 'table' | 'virtual table' {
  return kind === 'virtual' ? 'virtual table' : 'table';
}

/**
 * Tables come first, parents before children, so that any loader accepts them. Views come before virtual tables, because a module may
 * read a view when its table is created (FTS4 with `content=` takes its columns from there); creating a view requires nothing. Virtual
 * tables keep their creation order, the only one known to work. So do the triggers of a table: it is their firing order.
 */
function inLoadingOrder(
  schema: StoredSchema,
): Record<'beforeRows' | 'afterRows', readonly (StoredObject & NamedObject)[]> {
  const ordinary = schema.tables.filter((table) => table.kind === 'table');
  const virtual = schema.tables.filter((table) => table.kind === 'virtual');
  return {
    beforeRows: [
      ...ofKind('table', orderTables(ordinary)),
      ...ofKind('view', schema.views).toSorted(byName),
      ...ofKind('virtual table', virtual),
    ],
    afterRows: [
      ...ofKind('index', schema.indexes).toSorted(byName),
      ...ofKind('trigger', schema.triggers).toSorted(byTable),
    ],
  };
}

function ofKind(
  kind: NamedObject['kind'],
  objects: readonly StoredObject[],
): readonly (StoredObject & NamedObject)[] {
  return objects.map(({ name, table, sql }) => ({ kind, name, table, sql }));
}

function byName(a: NamedObject, b: NamedObject): number {
  return compareNames(a.name, b.name);
}

function byTable(a: StoredObject, b: StoredObject): number {
  return compareNames(foldName(a.table), foldName(b.table));
}

function warningsAbout(schema: SchemaToLoad, joined: readonly NamedObject[]): string[] {
  const { beforeRows, afterRows } = inLoadingOrder(schema);
  const objects = [...beforeRows, ...afterRows];
  const warnings: string[] = [];
  const carriageReturns = objects.filter((object) => object.sql.includes('\r\n'));
  if (carriageReturns.length > 0) {
    warnings.push(`the sqlite3 shell reads CR LF inside the SQL as LF: ${nameList(carriageReturns)}`);
  }
  if (joined.length > 0) {
    warnings.push(
      `a line of only "/" or "go" is joined to the previous line, because the sqlite3 shell reads it as the end of a statement: ${nameList(joined)}`,
    );
  }
  const replaced = objects.filter((object) => object.sql.includes('\ufffd'));
  if (replaced.length > 0) {
    warnings.push(`text that is not valid Unicode may be written as U+FFFD: ${nameList(replaced)}`);
  }
  return [...warnings, ...loadingWarnings(schema)];
}

function loadingWarnings({ quotedStrings, unloadable }: SchemaToLoad): readonly string[] {
  const warnings: string[] = [];
  if (quotedStrings.length > 0) {
    warnings.push(`the SQL does not load if double-quoted strings are disabled: ${nameList(quotedStrings)}`);
  }
  if (unloadable.length > 0) {
    const reasons = unloadable.slice(0, REASONS_SHOWN).map(({ reason }) => oneLine(reason));
    warnings.push(
      `these objects load only into an SQLite that has what is missing here: ${nameList(unloadable)} (${[...new Set(reasons)].join('; ')})`,
    );
  }
  return warnings;
}

/** As many as `nameList` shows names. */
const REASONS_SHOWN = 3;

function oneLine(text: string): string {
  return text.replaceAll(/\p{C}+/gu, ' ');
}
