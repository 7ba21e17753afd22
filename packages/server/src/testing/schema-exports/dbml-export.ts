import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';

import { renderSchemaExport } from '../../engine/sqlite/exports/schema/render-schema.ts';
import { readSchema } from '../../engine/sqlite/introspection/read-schema.ts';
import { dbmlFormat } from '../../schema/formats/dbml.ts';
import { foldName } from '../../schema/identifier.ts';
import type { OrdinaryTable } from '../../schema/model.ts';
import { type DbmlDatabase, type DbmlTable, readDbml } from '../tools/dbml.ts';

export function read(database: DatabaseSync): DbmlDatabase {
  const { text } = renderSchemaExport(database, dbmlFormat);
  assert.equal(text, renderSchemaExport(database, dbmlFormat).text);
  return readDbml(text);
}

export function assertSays(database: DatabaseSync): void {
  const expected = readSchema(database).tables.filter((each) => each.kind === 'table');
  const { tables, refs } = read(database);
  assert.deepEqual(
    tables.map(({ name }) => name),
    expected.map(({ name }) => name || 'unnamed'),
  );
  for (const [position, each] of expected.entries()) {
    const found = tables[position];
    assert.ok(found);
    assertTableSays(found, each);
  }
  assert.deepEqual(refs.map(({ ends }) => endsOf(ends)).toSorted(), possibleEnds(expected).toSorted());
}

function assertTableSays(found: DbmlTable, expected: OrdinaryTable): void {
  const key = [...new Set(expected.primaryKey?.columns.map(({ name }) => columnIn(expected, name)) ?? [])];
  const isAlias = !expected.indexes.some(({ origin }) => origin === 'primary_key');
  assert.deepEqual(
    found.columns.map(({ name, isPrimaryKey, increment, notNull }) => ({
      name,
      isPrimaryKey,
      increment,
      notNull: notNull || isPrimaryKey,
    })),
    expected.columns.map(({ name, notNull, primaryKeyPosition }) => ({
      name: name || 'unnamed',
      isPrimaryKey: primaryKeyPosition !== null && expected.primaryKey?.columns.length === 1,
      increment: primaryKeyPosition !== null && isAlias,
      notNull:
        notNull ||
        (primaryKeyPosition !== null &&
          (expected.primaryKey?.columns.length === 1 || expected.strict || expected.withoutRowid)),
    })),
  );
  const composite = found.indexes.filter(({ isPrimaryKey }) => isPrimaryKey);
  if ((expected.primaryKey?.columns.length ?? 0) > 1) {
    assert.deepEqual(
      composite.map(({ columns }) => columns.map(({ value }) => value)),
      [key],
    );
  }
  const named = found.indexes
    .filter(({ name }) => name !== null)
    .map(({ name, isUnique }) => [name, isUnique]);
  const created = expected.indexes.filter(({ origin }) => origin === 'create');
  assert.deepEqual(
    named,
    created
      .filter(({ name }) => named.some(([each]) => each === name))
      .map(({ name, unique }) => [name, unique]),
  );
  assert.ok(created.length === named.length || created.some(({ sql }) => sql?.includes('`')));
  const said =
    found.columns.filter(({ isUnique }) => isUnique).length +
    found.indexes.filter(({ name, isUnique }) => name === null && isUnique).length;
  const uniques = new Set(
    expected.indexes
      .filter(({ origin }) => origin === 'unique')
      .map(({ columns }, position) => {
        const names = new Set(columns.map((term) => (term.kind === 'column' ? term.name : (key[0] ?? ''))));
        return names.size === 1 ? [...names].join('') : position;
      }),
  );
  assert.equal(said, uniques.size);
}

function columnIn({ columns }: OrdinaryTable, name: string): string {
  return columns.find((column) => foldName(column.name) === foldName(name))?.name ?? '?';
}

/** The two ends as DBML compares them: without a direction, and with the columns as a set. */
function endsOf(ends: readonly { readonly table: string; readonly columns: readonly string[] }[]): string {
  return JSON.stringify(ends.map((end) => JSON.stringify([end.table, end.columns.toSorted()])).toSorted());
}

function possibleEnds(tables: readonly OrdinaryTable[]): readonly string[] {
  const found = tables.flatMap((child) =>
    child.foreignKeys.flatMap(({ columns, referencedTable, referencedColumns }) => {
      const parent = tables.find(({ name }) => foldName(name) === foldName(referencedTable));
      if (parent === undefined || referencedColumns === null) return [];
      const ends = [
        {
          table: child.name || 'unnamed',
          columns: columns.map((name) => columnIn(child, name) || 'unnamed'),
        },
        {
          table: parent.name || 'unnamed',
          columns: referencedColumns.map((name) => columnIn(parent, name) || 'unnamed'),
        },
      ];
      const isMissing = ends.some((end) => end.columns.includes('?'));
      return isMissing || endsOf(ends.slice(0, 1)) === endsOf(ends.slice(1)) ? [] : [endsOf(ends)];
    }),
  );
  return [...new Set(found)];
}
