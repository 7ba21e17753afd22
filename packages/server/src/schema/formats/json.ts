import type {
  Check,
  Column,
  ForeignKey,
  Index,
  IndexTerm,
  KeyColumn,
  OrdinaryTable,
  Schema,
  Trigger,
  Unique,
  View,
  ViewColumn,
  VirtualTable,
} from '../model.ts';
import { nameList } from '../name-list.ts';
import type { RenderedSchema, SchemaFormat } from './format.ts';
import { layOutJson } from './shared/lay-out-json.ts';
import { closedObjects, unreadWarning } from './shared/warnings.ts';

/**
 * The schema as one JSON document, described in docs/reference/schema-json.md and validated against
 * docs/reference/rowhouse.schema.v1.json. Each function here writes one kind of object; the order of the keys is part of the format.
 */
export const jsonFormat = {
  name: 'json',
  contentType: 'application/json; charset=utf-8',
  extension: 'json',
  purpose: 'Everything that SQLite reports about the schema, as one document.',
  losses: [],
  tier: 'full',
  render: (schema) => ({ text: renderJson(schema), warnings: warningsAbout(schema) }),
} satisfies SchemaFormat;

function renderJson(schema: Schema): string {
  const document = {
    format: 'rowhouse.schema',
    format_version: 1,
    dialect: 'sqlite',
    encoding: schema.encoding,
    user_version: schema.userVersion,
    application_id: schema.applicationId,
    tables: schema.tables.map((table) =>
      table.kind === 'virtual' ? virtualTable(table) : ordinaryTable(table),
    ),
    views: schema.views.map(view),
    triggers: schema.triggers.map(trigger),
  };
  return `${layOutJson(document, isPart)}\n`;
}

/** Columns, foreign keys and indexes are each on one line. */
function isPart(_value: object, depth: number): boolean {
  return depth >= 4;
}

function ordinaryTable(table: OrdinaryTable): object {
  return {
    name: table.name,
    kind: table.kind,
    strict: table.strict,
    without_rowid: table.withoutRowid,
    autoincrement: table.autoincrement,
    columns: table.columns.map(column),
    primary_key: table.primaryKey === null ? null : key(table.primaryKey),
    foreign_keys: table.foreignKeys.map(foreignKey),
    uniques: table.uniques.map(key),
    checks: table.checks.map(check),
    indexes: table.indexes.map(index),
    sql: table.sql,
  };
}

function virtualTable(table: VirtualTable): object {
  return {
    name: table.name,
    kind: table.kind,
    module: table.module,
    arguments: table.arguments,
    columns:
      table.columns?.map(({ name, declaredType, hidden }) => ({
        name,
        declared_type: declaredType,
        hidden,
      })) ?? null,
    sql: table.sql,
  };
}

function column(value: Column): object {
  return {
    name: value.name,
    declared_type: value.declaredType,
    affinity: value.affinity,
    not_null: value.notNull,
    not_null_on_conflict: value.notNullOnConflict,
    default: value.default,
    primary_key_position: value.primaryKeyPosition,
    generated: value.generated,
    collation: value.collation,
  };
}

function key(value: Unique): object {
  return {
    name: value.name,
    columns: value.columns.map(keyColumn),
    on_conflict: value.onConflict,
  };
}

function keyColumn({ name, order, collation }: KeyColumn): object {
  return { name, order, collation };
}

function foreignKey(value: ForeignKey): object {
  return {
    name: value.name,
    columns: value.columns,
    referenced_table: value.referencedTable,
    referenced_columns: value.referencedColumns,
    on_delete: value.onDelete,
    on_update: value.onUpdate,
    match: value.match,
    deferral: value.deferral,
  };
}

function check({ name, expression }: Check): object {
  return { name, expression };
}

function index(value: Index): object {
  return {
    name: value.name,
    unique: value.unique,
    origin: value.origin,
    partial: value.where !== null,
    columns: value.columns.map(indexTerm),
    where: value.where,
    sql: value.sql,
  };
}

function indexTerm(term: IndexTerm): object {
  return {
    kind: term.kind,
    name: term.kind === 'column' ? term.name : null,
    expression: term.kind === 'expression' ? term.expression : null,
    order: term.order,
    collation: term.collation,
  };
}

function view({ name, columns, sql }: View): object {
  return { name, columns: columns?.map(viewColumn) ?? null, sql };
}

function viewColumn({ name, declaredType }: ViewColumn): object {
  return { name, declared_type: declaredType };
}

function trigger({ name, table, order, parts, sql }: Trigger): object {
  return {
    name,
    table,
    order,
    timing: parts?.timing ?? null,
    event: parts?.event ?? null,
    update_of: parts?.updateOf ?? null,
    when: parts?.when ?? null,
    sql,
  };
}

function warningsAbout(schema: Schema): RenderedSchema['warnings'] {
  const warnings: string[] = [];
  const closed = closedObjects(schema);
  if (closed.length > 0) warnings.push(`SQLite cannot report the columns of ${nameList(closed)}`);
  return [...warnings, ...unreadWarning(schema)];
}
