import assert from 'node:assert/strict';
import { test } from 'node:test';

import { mermaidFormat } from '../../../../schema/formats/mermaid.ts';
import { edgeCaseDatabase } from '../../../../testing/databases/edge-case-schema.ts';
import { musicShops } from '../../../../testing/databases/music-shop.ts';
import { databaseWith } from '../../../../testing/databases/schema-copies.ts';
import { read, assertSays } from '../../../../testing/schema-exports/mermaid-export.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { renderSchemaExport } from './render-schema.ts';

for (const shop of musicShops) {
  test(`given ${shop.name}, Mermaid reads its tables, keys and the ends of its references`, async () => {
    using database = openDatabase(shop.path, { mode: 'read-only' });
    assert.deepEqual(renderSchemaExport(database, mermaidFormat).warnings, []);
    await assertSays(database);
    const { entities, relationships } = await read(database);
    assert.equal(entities.length, 11);
    assert.equal(relationships.length, 11);
    assert.deepEqual(entities.find(({ name }) => name === 'PlaylistTrack')?.attributes, [
      { type: 'INTEGER', name: 'PlaylistId', keys: ['PK', 'FK'], comment: '' },
      { type: 'INTEGER', name: 'TrackId', keys: ['PK', 'FK'], comment: '' },
    ]);
    const line = { label: 'TrackId', from: 'Track', fromEnd: 'ONLY_ONE', toEnd: 'ZERO_OR_MORE' };
    assert.deepEqual(
      relationships.filter(({ from }) => from === 'Track'),
      [
        { ...line, to: 'InvoiceLine', line: 'NON_IDENTIFYING' },
        { ...line, to: 'PlaylistTrack', line: 'IDENTIFYING' },
      ],
    );
  });
}

test('given foreign keys that may be NULL, are unique, or reference their own table, each end is correct', async () => {
  using database = databaseWith(`
    CREATE TABLE parent(id INTEGER PRIMARY KEY, up INTEGER REFERENCES parent);
    CREATE TABLE child(id INTEGER PRIMARY KEY REFERENCES parent, a INTEGER UNIQUE REFERENCES parent, b INTEGER NOT NULL REFERENCES parent,
      c INTEGER REFERENCES missing);`);
  const { relationships } = await read(database);
  assert.deepEqual(
    relationships.map(({ from, to, label, fromEnd, toEnd, line }) => [from, to, label, fromEnd, toEnd, line]),
    [
      ['parent', 'child', 'id', 'ONLY_ONE', 'ZERO_OR_ONE', 'IDENTIFYING'],
      ['parent', 'child', 'a', 'ZERO_OR_ONE', 'ZERO_OR_ONE', 'NON_IDENTIFYING'],
      ['parent', 'child', 'b', 'ONLY_ONE', 'ZERO_OR_MORE', 'NON_IDENTIFYING'],
      ['parent', 'parent', 'up', 'ZERO_OR_ONE', 'ZERO_OR_MORE', 'NON_IDENTIFYING'],
    ],
  );
  assert.deepEqual(renderSchemaExport(database, mermaidFormat).warnings, [
    'omitted: foreign key of table child',
  ]);
});

test('given edge-case names and every kind of object, Mermaid shows each under its name', async () => {
  using worst = edgeCaseDatabase();
  await assertSays(worst);
});

test('given names with a meaning in Mermaid, Markdown or a directive, each is shown unchanged', async () => {
  const words =
    'style class classDef subgraph end one many to zero u o accTitle accDescr direction PK fk uké';
  const names = [
    ...words.split(' '),
    'my direction TB there',
    'Direction LR',
    '%%{init: {"theme": "dark"}}%%',
    '1. list',
    '- list',
    '**bold**',
    '_it_',
    '#35;',
    'style: #a;',
  ];
  using database = databaseWith('');
  for (const name of names)
    database.exec(
      `CREATE TABLE "${name.replaceAll('"', '""')}"("${name.replaceAll('"', '""')}" REFERENCES end)`,
    );
  await assertSays(database);
});

test('given a schema without tables, Mermaid reads an empty diagram', async () => {
  using database = databaseWith('');
  assert.deepEqual(await read(database), { entities: [], relationships: [] });
});

test('given a schema of 500 tables, a warning says that it may be too large to be drawn', async () => {
  using database = databaseWith(
    Array.from(
      { length: 500 },
      (_, position) =>
        `CREATE TABLE table_${position}(id INTEGER PRIMARY KEY, name TEXT, parent INTEGER REFERENCES table_0);`,
    ).join('\n'),
  );
  assert.equal((await read(database)).entities.length, 500);
  assert.match(renderSchemaExport(database, mermaidFormat).warnings.join(), /too big to render/);
});
