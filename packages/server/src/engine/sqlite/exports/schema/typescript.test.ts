import assert from 'node:assert/strict';
import { test } from 'node:test';

import { typescriptFormat } from '../../../../schema/formats/typescript.ts';
import { fillEdgeCaseTables, edgeCaseDatabase } from '../../../../testing/databases/edge-case-schema.ts';
import { musicShopPath } from '../../../../testing/databases/music-shop.ts';
import { databaseWith } from '../../../../testing/databases/schema-copies.ts';
import { apiRows, readableNames } from '../../../../testing/http/api-rows.ts';
import {
  assertSameColumns,
  typesOf,
  assertTypes,
} from '../../../../testing/schema-exports/typescript-export.ts';
import { type OpenDatabase, openDatabase } from '../../connection/open-database.ts';
import { renderSchemaExport } from './render-schema.ts';

test('given the types of the music shop, correct client code compiles, and each error is rejected', () => {
  const right = `
    import type { AlbumInsert, AlbumRow, AlbumUpdate, Database, TrackInsert, TrackRow } from './shop.ts';
    const album: AlbumRow = { AlbumId: 1, Title: 'x', ArtistId: '9007199254740993' };
    const insert: AlbumInsert = { Title: 'x', ArtistId: 1 };
    const update: AlbumUpdate = {};
    const back: AlbumUpdate = album;
    const record: Record<string, unknown> = insert;
    const track: TrackInsert = { Name: 'x', MediaTypeId: 1, Milliseconds: 1, UnitPrice: 0.99, Composer: null };
    const composer: string | null = ({} as TrackRow).Composer;
    class Client<Tables extends Record<keyof Tables, { row: object; insert: unknown; update: unknown }>> {
      list<Name extends keyof Tables>(name: Name): readonly Tables[Name]['row'][] { void name; return []; }
      create<Name extends keyof Tables>(name: Name, row: Tables[Name]['insert']): void { void [name, row]; }
    }
    const client = new Client<Database>();
    client.create('Artist', { Name: 'x' });
    const title: string | undefined = client.list('Album')[0]?.Title;
    export { back, client, composer, record, title, track, update };`;
  const wrong = `
    import type { AlbumInsert, AlbumRow, AlbumUpdate, Database } from './shop.ts';
    import { client } from './right.ts';
    export const missing: AlbumInsert = { Title: 'x' }; // TS2741
    export const type: AlbumInsert = { Title: 1, ArtistId: 1 }; // TS2322
    export const none: AlbumInsert = { Title: null, ArtistId: 1 }; // TS2322
    export const flag: AlbumInsert = { Title: 'x', ArtistId: true }; // TS2322
    export const unknown: AlbumUpdate = { Titel: 'x' }; // TS2561
    export const nullable: string = ({} as Database['Artist']['row']).Name; // TS2322
    export const big: number = ({} as AlbumRow).AlbumId; // TS2322
    client.list('Albums'); // TS2345
    client.create('Album', { Title: 'x' }); // TS2741`;
  using shop = openDatabase(musicShopPath, { mode: 'read-only' });
  assertTypes({ 'shop.ts': typesOf(shop), 'right.ts': right, 'wrong.ts': wrong });
});

test('given generated columns, defaults, keys and rowids, the type of a new row requires what the API requires', () => {
  using database = edgeCaseDatabase();
  const right = `
    import type { Database, Real } from './worst.ts';
    export const insert = {
      strictly: [{}, { t: 'x', i: true, r: 'Infinity', a: false, b: 'AAE=' }, { id: 5, t: 'y', r: 1.5, a: 'z' }],
      types: [{ d: 1, 'a b': 'x', blank: 'x' }, { d: '-Infinity', 'a b': 1, blank: '', flag: true, untyped: true, price: '12345678901234567890.5' }],
      pair: [{ a: 1, b: 'x' }],
      text_key: [{}, { id: null }],
      strict_key: [{ id: 'x' }],
      desc_key: [{}, { id: null }],
      self: [{}, { id: 1, parent: 1 }],
      circle_a: [{ b: 1 }],
      rowid_taken: [{ _rowid_: 1, rowid: 'x' }],
      all_rowids_taken: [{ oid: 1 }],
      only_generated_besides: [{}, { rowid: 7, x: 1 }],
      'close */ comment': [{ 'close */ comment': 'x' }],
    } satisfies { readonly [Name in Exclude<keyof Database, 'toString' | 'constructor'>]?: readonly Database[Name]['insert'][] };
    export const strict: Real | null = ({} as Database['strictly']['row']).r;
    export const generated: string = ({} as Database['strictly']['row']).stored_t;
    export const rowid: number | string = ({} as Database['search']['row']).rowid;`;
  const wrong = `
    import type { Database } from './worst.ts';
    export const generated: Database['strictly']['insert'] = { stored_t: 'x' }; // TS2353
    export const changed: Database['strictly']['update'] = { double_i: 2 }; // TS2353
    export const real: Database['strictly']['insert'] = { r: 'NaN' }; // TS2322
    export const bytes: Database['strictly']['insert'] = { b: 1 }; // TS2322
    export const none: Database['pair']['insert'] = { a: null, b: 'x' }; // TS2322
    export const half: Database['pair']['insert'] = { a: 1 }; // TS2741
    export const key: Database['strict_key']['insert'] = {}; // TS2741
    export const defaultNull: Database['types']['insert'] = { d: 1, 'a b': 1 }; // TS2741
    export const circle: Database['circle_a']['insert'] = {}; // TS2741
    export const view: Database['a view']['insert'] = {}; // TS2322
    export const virtual: Database['search']['update'] = {}; // TS2322
    export const nullable: number | string = ({} as Database['desc_key']['row']).id; // TS2322
    export const hidden = ({} as Database['search']['row']).rank; // TS2339`;
  assertTypes({ 'worst.ts': typesOf(database), 'right.ts': right, 'wrong.ts': wrong });
});

test('given real rows from the API, they match their types', () => {
  using shop = openDatabase(musicShopPath, { mode: 'read-only' });
  using worst = edgeCaseDatabase();
  fillEdgeCaseTables(worst);
  assertTypes({
    'shop.ts': typesOf(shop),
    'shop-rows.ts': rowsOf(shop, './shop.ts'),
    'worst.ts': typesOf(worst),
    'worst-rows.ts': rowsOf(worst, './worst.ts'),
  });
});

test('given the edge-case schema, warnings name what is omitted and which types are numbered', () => {
  using database = edgeCaseDatabase();
  assert.deepEqual(renderSchemaExport(database, typescriptFormat).warnings, [
    'omitted, because SQLite cannot report their columns: view broken',
    'types with a number after their name, because another type has the name: table , table  , table ${x} and 18 more',
  ]);
});

test('given no tables, the file compiles and contains no table name', () => {
  using database = databaseWith('');
  const use = `
    import type { Database } from './none.ts';
    export const none: keyof Database = 'x'; // TS2322`;
  assertTypes({ 'none.ts': typesOf(database), 'use.ts': use });
});

test('given the edge-case schema, its types have the columns of the API', () => {
  using database = edgeCaseDatabase();
  assertSameColumns([database]);
});

function rowsOf(database: OpenDatabase, file: string): string {
  const rows = readableNames(database).map((name) => {
    const type = `readonly Database[${JSON.stringify(name)}]['row'][]`;
    // In an expression the compiler also rejects unknown properties.
    return `  ${JSON.stringify(apiRows(database, name, { limit: 200 }))} satisfies ${type},`;
  });
  return `import type { Database } from '${file}';\nexport const rows = [\n${rows.join('\n')}\n];\n`;
}
