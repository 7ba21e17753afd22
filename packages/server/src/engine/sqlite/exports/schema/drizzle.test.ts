import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { test } from 'node:test';

import { asc, type Column, eq, getTableColumns, is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { drizzle, type SqliteRemoteDatabase } from 'drizzle-orm/sqlite-proxy';

import { drizzleFormat } from '../../../../schema/formats/drizzle.ts';
import {
  fillEdgeCaseTables,
  EDGE_CASE_NAMES,
  edgeCaseDatabase,
} from '../../../../testing/databases/edge-case-schema.ts';
import { musicShops } from '../../../../testing/databases/music-shop.ts';
import { databaseWith } from '../../../../testing/databases/schema-copies.ts';
import { assertModules } from '../../../../testing/schema-exports/drizzle-export.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';
import { type DrizzleModule, tablesOf, viewsOf } from '../../../../testing/tools/drizzle-module.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { renderSchemaExport } from './render-schema.ts';

test('given the edge-case schema or one without tables, the module compiles, and Drizzle reads the same tables from it', async () => {
  using worst = edgeCasesWithColumnNames();
  using none = databaseWith('');
  await assertModules([worst, none]);
});

for (const shop of musicShops) {
  test(`given ${shop.name}, queries through its module read, join, insert and change rows`, async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'shop.sqlite');
    cpSync(shop.path, path);
    using database = openDatabase(shop.path, { mode: 'read-only' });
    const use = `
    import { eq } from 'drizzle-orm';
    import { drizzle } from 'drizzle-orm/sqlite-proxy';
    import { album, artist, type track } from './module-0.ts';
    const db = drizzle(async () => ({ rows: [] }));
    export const joined: Promise<{ title: string; artist: string | null }[]> = db
      .select({ title: album.title, artist: artist.name }).from(album).innerJoin(artist, eq(artist.artistId, album.artistId));
    export const inserted = db.insert(album).values({ title: 'x', artistId: 1 });
    export const price: string = ({} as typeof track.$inferSelect).unitPrice;
    export const missing = db.insert(album).values({ title: 'x' }); // TS2769
    export const wrong = db.insert(album).values({ title: 1, artistId: 1 }); // TS2769`;
    const [module = {}] = await assertModules([database], { 'use.ts': use });
    using file = new DatabaseSync(path);
    const db = queries(file);

    for (const table of tablesOf(module)) {
      const { name, columns } = getTableConfig(table);
      const rows = await db.select().from(table).limit(50);
      const stored = file.prepare(`SELECT * FROM "${name}" LIMIT 50`).all();
      assert.ok(rows.length > 0);
      assert.deepEqual(
        rows.map((row) => Object.values(row)),
        stored.map((row) =>
          columns.map((column) => asDrizzleReads(row[column.name] ?? null, column.dataType)),
        ),
      );
    }
    const [artist, album] = ['artist', 'album'].map((name) => tableOf(module, name));
    assert.ok(artist !== undefined && album !== undefined);
    const [made] = await db.insert(artist).values({ name: "it's" }).returning();
    assert.deepEqual(made, { artistId: 276, name: "it's" });
    await db
      .update(artist)
      .set({ name: null })
      .where(eq(columnOf(artist, 'artistId'), 276));
    assert.deepEqual(
      { ...file.prepare('SELECT * FROM Artist WHERE ArtistId = 276').get() },
      { ArtistId: 276, Name: null },
    );
    const joined = await db
      .select()
      .from(album)
      .innerJoin(artist, eq(columnOf(artist, 'artistId'), columnOf(album, 'artistId')))
      .orderBy(asc(columnOf(album, 'albumId')))
      .limit(1);
    const first = file.prepare(
      'SELECT AlbumId, Title, ArtistId, Artist.Name FROM Album JOIN Artist USING (ArtistId) ORDER BY AlbumId LIMIT 1',
    );
    const { AlbumId, Title, ArtistId, Name } = first.get() ?? {};
    assert.deepEqual(joined, [
      {
        Album: { albumId: AlbumId, title: Title, artistId: ArtistId },
        Artist: { artistId: ArtistId, name: Name },
      },
    ]);
  });
}

test('given the edge-case schema, every table and view can be read through its module, and SQLite computes the defaults', async () => {
  using database = edgeCasesWithColumnNames();
  fillEdgeCaseTables(database);
  // Drizzle would round these, or node:sqlite refuse to return them.
  database.exec('DELETE FROM types; DELETE FROM strictly; PRAGMA foreign_keys = OFF');
  const [module = {}] = await assertModules([database]);
  const db = queries(database);
  for (const table of [...tablesOf(module), ...viewsOf(module)]) await db.select().from(table);

  const [strictly] = await db
    .insert(tableOf(module, 'strictly'))
    .values({ t: 'x', i: 2, b: Buffer.from([0, 255]), a: 'any' })
    .returning();
  assert.deepEqual(strictly, {
    id: 4,
    i: 2,
    r: null,
    t: 'x',
    b: Buffer.from([0, 255]),
    a: 'any',
    doubleI: 4,
    storedT: "x'*/",
  });
  const [types] = await db
    .insert(tableOf(module, 'types'))
    .values({ d: 1.5, aB: '7', blank: '', flag: true, huge: 1, untyped: 1.5 })
    .returning();
  assert.ok(types !== undefined && 'computed' in types);
  const { at, day, computed, ...others } = types;
  assert.match(
    `${String(at)} ${String(day)} ${String(computed)}`,
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \d{4}-\d\d-\d\d [0-9a-f]{8}$/,
  );
  assert.deepEqual(others, {
    untyped: 1.5,
    i: null,
    big: null,
    flag: true,
    price: '1.5',
    d: 1.5,
    v: 'it\'s */ "x" \\ ${y}',
    b: Buffer.from([0, 255]),
    huge: 1,
    inf: Infinity,
    blank: '',
    j: null,
    anything: null,
    aB: '7',
  });
  // Every object inherits a toString() that is not a value of the row.
  const [inherited] = await db.insert(tableOf(module, 'toString')).values({ plain: 3 }).returning();
  assert.deepEqual(inherited, {
    toStringColumn: 'toString',
    plain: 3,
    upper: 'toStringtoString',
    parent: null,
  });
});

test('given the edge-case schema, warnings name what is lost', () => {
  using database = edgeCaseDatabase();
  assert.deepEqual(renderSchemaExport(database, drizzleFormat).warnings, [
    'omitted, because Drizzle has no virtual tables: virtual table boxes, virtual table search',
    'omitted, because SQLite cannot report their columns: view broken',
    'triggers are omitted: trigger , trigger  , trigger "quoted" and 59 more',
    'foreign keys to missing tables or columns are omitted: table composite_child, table lost',
    'STRICT and WITHOUT ROWID are omitted: table any_key, table pair, table strict_key and 1 more',
    'collations of columns are omitted: table nocase_key, table strictly',
    'conflict clauses are omitted: table desc_key',
    'foreign keys are not deferred: table composite_child, table pair_child',
    'Drizzle uses the property name for a column with an empty name: table , table every_name',
    'constants with a number after their name, because another constant has the name: table  , table ${x}, table - and 18 more',
  ]);
});

/** Drizzle does not support an empty column name; the warnings cover that. */
function edgeCasesWithColumnNames(): DatabaseSync {
  return edgeCaseDatabase(EDGE_CASE_NAMES.filter((name) => name !== ''));
}

function tableOf(module: DrizzleModule, variable: string): SQLiteTable {
  const table = module[variable];
  assert.ok(is(table, SQLiteTable), variable);
  return table;
}

function columnOf(table: SQLiteTable, key: string): Column {
  const column = getTableColumns(table)[key];
  assert.ok(column !== undefined, key);
  return column;
}

/** Drizzle on `node:sqlite`, through its proxy driver. https://orm.drizzle.team/docs/connect-drizzle-proxy */
function queries(database: DatabaseSync): SqliteRemoteDatabase {
  return drizzle((sql, parameters: SQLInputValue[], method) => {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    if (method === 'run') statement.run(...parameters);
    const rows = method === 'run' ? [] : statement.all(...parameters);
    return Promise.resolve({ rows: method === 'get' ? (rows[0] as unknown as unknown[]) : rows });
  });
}

/** Drizzle returns a number in a NUMERIC column as a string. */
function asDrizzleReads(value: unknown, dataType: string): unknown {
  return dataType === 'string' && typeof value === 'number' ? String(value) : value;
}
