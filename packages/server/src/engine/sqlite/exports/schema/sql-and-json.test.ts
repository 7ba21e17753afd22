import assert from 'node:assert/strict';
import { test } from 'node:test';

import { jsonFormat } from '../../../../schema/formats/json.ts';
import { sqlFormat } from '../../../../schema/formats/sql.ts';
import { musicShops } from '../../../../testing/databases/music-shop.ts';
import { assertRoundTrip } from '../../../../testing/databases/schema-copies.ts';
import { assertValidDocument } from '../../../../testing/tools/schema-document.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { readSchema } from '../../introspection/read-schema.ts';
import { renderSchemaExport } from './render-schema.ts';

for (const shop of musicShops) {
  test(`given ${shop.name}, loading its SQL export creates the same schema`, () => {
    using database = openDatabase(shop.path, { mode: 'read-only' });
    assert.deepEqual(renderSchemaExport(database, sqlFormat).warnings, []);
    assertRoundTrip(database);
  });
}

for (const shop of musicShops) {
  test(`given ${shop.name}, its JSON export names its 11 tables, 11 foreign keys and every index`, () => {
    using database = openDatabase(shop.path, { mode: 'read-only' });
    const { text, warnings } = renderSchemaExport(database, jsonFormat);
    assertValidDocument(text);
    assert.deepEqual(warnings, []);
    const { tables, unread } = readSchema(database);
    assert.deepEqual(unread, []);
    assert.equal(tables.length, 11);
    assert.equal(tables.flatMap((table) => (table.kind === 'table' ? table.foreignKeys : [])).length, 11);
    const indexes = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name")
      .all();
    assert.deepEqual(
      tables
        .flatMap((table) => (table.kind === 'table' ? table.indexes.map(({ name }) => name) : []))
        .toSorted(),
      indexes.map(({ name }) => name),
    );
  });
}
