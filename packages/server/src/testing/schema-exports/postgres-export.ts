import assert from 'node:assert/strict';

import { compareNames, foldName } from '../../schema/identifier.ts';
import type { ForeignKey, OrdinaryTable, Schema } from '../../schema/model.ts';
import type { CatalogTable } from '../tools/postgres-catalog.ts';

export function table(tables: readonly CatalogTable[], name: string): CatalogTable {
  const found = tables.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
}

export function constraintsOf(kind: 'p' | 'u' | 'f' | 'c') {
  return ({ constraints }: CatalogTable) => constraints.filter((constraint) => constraint.kind === kind);
}

/** Compares the catalog with the model, for a schema whose names PostgreSQL keeps unchanged. */
export function assertSays(tables: readonly CatalogTable[], schema: Schema): void {
  const ordinary = schema.tables.filter((each) => each.kind === 'table');
  assert.deepEqual(
    tables.map(({ name }) => name),
    ordinary.map(({ name }) => name).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  );
  for (const expected of ordinary) assertTableSays(table(tables, expected.name), expected, ordinary, tables);
}

function assertTableSays(
  loaded: CatalogTable,
  expected: OrdinaryTable,
  all: readonly OrdinaryTable[],
  tables: readonly CatalogTable[],
): void {
  const primaryKey = unique(expected.primaryKey?.columns.map(({ name }) => columnIn(expected, name)) ?? []);
  const alias = expected.indexes.some(({ origin }) => origin === 'primary_key') ? undefined : primaryKey[0];
  assert.deepEqual(
    loaded.columns.map(({ name, notNull, identity }) => ({ name, notNull, identity })),
    expected.columns.map(({ name, notNull }) => ({
      name,
      // In PostgreSQL a primary key is NOT NULL.
      notNull: notNull || primaryKey.includes(name),
      identity: name === alias,
    })),
  );
  for (const [position, { type }] of loaded.columns.entries()) {
    assert.match(type, TYPES_BY_AFFINITY[expected.columns[position]?.affinity ?? 'BLOB']);
  }
  assert.deepEqual(
    constraintsOf('p')(loaded).flatMap(({ columns }) => columns),
    primaryKey,
  );
  const uniques = expected.indexes
    .filter(({ origin }) => origin === 'unique')
    .map(({ columns }) => unique(columns.map((term) => (term.kind === 'column' ? term.name : (alias ?? '')))))
    .map((columns) => JSON.stringify(columns));
  assert.deepEqual(
    constraintsOf('u')(loaded)
      .map(({ columns }) => JSON.stringify(columns))
      .toSorted(),
    // A UNIQUE equal to the primary key would create the same index twice.
    unique(uniques.filter((columns) => columns !== JSON.stringify(primaryKey))).toSorted(),
  );
  const possible = expected.foreignKeys.filter((foreignKey) => isPossible(foreignKey, loaded, all, tables));
  assert.deepEqual(
    constraintsOf('f')(loaded)
      .map((each) =>
        JSON.stringify([
          each.columns,
          each.referencedTable,
          each.onDelete,
          each.onUpdate,
          each.deferrable,
          each.deferred,
        ]),
      )
      .toSorted(),
    possible
      .map((foreignKey) =>
        JSON.stringify([
          foreignKey.columns.map((name) => columnIn(expected, name)),
          all.find(({ name }) => foldName(name) === foldName(foreignKey.referencedTable))?.name,
          ACTION_LETTERS[foreignKey.onDelete],
          ACTION_LETTERS[foreignKey.onUpdate],
          foreignKey.deferral !== 'NOT DEFERRABLE',
          foreignKey.deferral === 'INITIALLY DEFERRED',
        ]),
      )
      .toSorted(),
  );
  const plain = expected.indexes.filter(
    ({ origin, where, columns }) =>
      origin === 'create' && where === null && columns.every(({ kind }) => kind === 'column'),
  );
  for (const { name, unique: isUnique, columns } of plain) {
    const index = loaded.indexes.find((each) => each.name === name);
    assert.deepEqual([index?.unique, index?.terms.length], [isUnique, columns.length], name);
  }
}

const TYPES_BY_AFFINITY = {
  INTEGER: /^(?:bigint|text)$/,
  TEXT: /^text$/,
  REAL: /^double precision$/,
  NUMERIC: /^(?:numeric(?:\(\d+,\d+\))?|smallint|text)$/,
  BLOB: /^(?:bytea|text)$/,
} as const;

/** https://www.postgresql.org/docs/15/catalog-pg-constraint.html */
const ACTION_LETTERS: Readonly<Record<ForeignKey['onDelete'], string>> = {
  'NO ACTION': 'a',
  RESTRICT: 'r',
  CASCADE: 'c',
  'SET NULL': 'n',
  'SET DEFAULT': 'd',
};

/** Whether PostgreSQL can have the foreign key: its columns exist, are unique, and have the same types. */
function isPossible(
  foreignKey: ForeignKey,
  loaded: CatalogTable,
  all: readonly OrdinaryTable[],
  tables: readonly CatalogTable[],
): boolean {
  const parent = all.find(({ name }) => foldName(name) === foldName(foreignKey.referencedTable));
  if (parent === undefined || foreignKey.referencedColumns === null) return false;
  const catalog = table(tables, parent.name);
  const referenced = foreignKey.referencedColumns.map((name) => columnIn(parent, name));
  const own = foreignKey.columns.map((name) => foldName(name));
  if (unique(own).length < own.length || unique(referenced).length < referenced.length) return false;
  const keys = [
    ...catalog.constraints
      .filter(({ kind }) => kind === 'p' || kind === 'u')
      .map(({ columns }) => columns ?? []),
    ...parent.indexes
      .filter((index) => index.origin === 'create' && index.unique && index.where === null)
      .map(({ columns }) => columns.map((term) => (term.kind === 'column' ? term.name : '('))),
  ];
  const wanted = String(referenced.toSorted(compareNames));
  if (
    !keys.some(
      (key) => String(unique(key).toSorted(compareNames)) === wanted && unique(key).length === key.length,
    )
  )
    return false;
  const types = own.map((name) => loaded.columns.find((column) => foldName(column.name) === name)?.type);
  const changed = loaded.columns.some(({ name, generated }) => generated && own.includes(foldName(name)));
  const changes = /SET|CASCADE/.test(foreignKey.onUpdate) || foreignKey.onDelete.startsWith('SET');
  return (
    !(changed && changes) &&
    types.every((type, position) => {
      const other = catalog.columns.find(({ name }) => name === referenced[position])?.type;
      return type !== undefined && family(type) === family(other ?? '');
    })
  );
}

function family(type: string): string {
  return type.replace(/^(?:bigint|smallint)$/, 'integer').replace(/\(.*/, '');
}

function columnIn({ columns }: OrdinaryTable, name: string): string {
  return columns.find((column) => foldName(column.name) === foldName(name))?.name ?? name;
}

function unique<Item>(items: readonly Item[]): readonly Item[] {
  return [...new Set(items)];
}
