import assert from 'node:assert/strict';
import { test } from 'node:test';

import { prismaFormat } from '../../../../schema/formats/prisma.ts';
import { edgeCaseDatabase } from '../../../../testing/databases/edge-case-schema.ts';
import { musicShops } from '../../../../testing/databases/music-shop.ts';
import { databaseWith } from '../../../../testing/databases/schema-copies.ts';
import { read, holdsKey, assertSays } from '../../../../testing/schema-exports/prisma-export.ts';
import {
  formatPrismaSchema,
  type PrismaField,
  type PrismaModel,
} from '../../../../testing/tools/prisma-schema.ts';
import { openDatabase } from '../../connection/open-database.ts';
import { renderSchemaExport } from './render-schema.ts';

for (const shop of musicShops) {
  test(`given ${shop.name}, Prisma reads its models and relations`, () => {
    using database = openDatabase(shop.path, { mode: 'read-only' });
    const { text, warnings } = renderSchemaExport(database, prismaFormat);
    assert.deepEqual(warnings, []);
    assert.equal(formatPrismaSchema(text), text);
    const models = read(database);
    assert.equal(models.length, 11);
    assert.equal(models.flatMap(({ fields }) => fields).filter(holdsKey).length, 11);
    const track = model(models, 'Track');
    assert.deepEqual(
      track.fields
        .filter(({ kind }) => kind === 'scalar')
        .map(({ name, type, isRequired }) => [name, type, isRequired]),
      [
        ['TrackId', 'BigInt', true],
        ['Name', 'String', true],
        ['AlbumId', 'BigInt', false],
        ['MediaTypeId', 'BigInt', true],
        ['GenreId', 'BigInt', false],
        ['Composer', 'String', false],
        ['Milliseconds', 'BigInt', true],
        ['Bytes', 'BigInt', false],
        ['UnitPrice', 'Decimal', true],
      ],
    );
    assert.deepEqual(relation(track, 'Album'), ['Album', false, ['AlbumId'], ['AlbumId'], 'NoAction']);
    assert.deepEqual(relation(model(models, 'Employee'), 'Employee_ReportsTo'), [
      'Employee',
      false,
      ['ReportsTo'],
      ['EmployeeId'],
      'NoAction',
    ]);
    assert.equal(field(model(models, 'Employee'), 'Employee_by_ReportsTo').isList, true);
    assert.deepEqual(model(models, 'PlaylistTrack').primaryKey?.fields, ['PlaylistId', 'TrackId']);
  });
}

test('given edge-case names and every kind of object, Prisma reads them with their names in the database', () => {
  using worst = edgeCaseDatabase();
  assertSays(worst);
  const models = read(worst);
  const names = models.map(({ name }) => name.toLowerCase());
  assert.equal(new Set(names).size, names.length);
  const many = model(models, 'many');
  assert.deepEqual(
    many.fields.filter(holdsKey).map(({ name, relationFromFields }) => [name, relationFromFields]),
    [
      ['plain_first', ['first']],
      ['plain_second', ['second']],
      ['plain_plain', ['plain']],
      ['plain_plain_', ['plain_']],
    ],
  );
  const plain = model(models, 'plain');
  assert.deepEqual(relation(plain, 'parent'), ['plain', false, ['parent_id'], ['id'], 'NoAction']);
  assert.deepEqual(relation(model(models, 'one_to_one'), 'plain_id'), [
    'plain',
    true,
    ['id'],
    ['id'],
    'Cascade',
  ]);
  assert.equal(field(plain, 'one_to_one_by_other').isList, false);
  assert.deepEqual(relation(model(models, 'circle_a'), 'circle_b_b'), [
    'circle_b',
    true,
    ['b'],
    ['id'],
    'NoAction',
  ]);
});

test('given defaults of every kind, Prisma reads them, or leaves them to SQLite', () => {
  using database =
    databaseWith(`CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER DEFAULT -9223372036854775808, b REAL DEFAULT 1.5,
    c REAL DEFAULT 1e300, d TEXT DEFAULT 'it''s "x" \\ \n \u2028', e BLOB DEFAULT x'00ff', f DATETIME DEFAULT CURRENT_TIMESTAMP,
    g TEXT DEFAULT CURRENT_TIMESTAMP, h BOOLEAN DEFAULT 1, i BOOLEAN DEFAULT 7, j DECIMAL DEFAULT 2, k TEXT DEFAULT (lower('"X')),
    l INTEGER DEFAULT 'text', m TEXT DEFAULT 5, n TEXT DEFAULT NULL)`);
  const defaults = model(read(database), 't').fields.map(({ name, default: value }) => [name, value]);
  assert.deepEqual(Object.fromEntries(defaults), {
    id: { name: 'autoincrement', args: [] },
    a: '-9223372036854775808',
    b: 1.5,
    c: { name: 'dbgenerated', args: ['1e300'] },
    d: 'it\'s "x" \\ \n \u2028',
    e: 'AP8=',
    f: { name: 'now', args: [] },
    g: { name: 'dbgenerated', args: ['CURRENT_TIMESTAMP'] },
    h: true,
    i: { name: 'dbgenerated', args: ['7'] },
    j: 2,
    k: { name: 'dbgenerated', args: [`(lower('"X'))`] },
    l: { name: 'dbgenerated', args: ["'text'"] },
    m: { name: 'dbgenerated', args: ['5'] },
    n: undefined,
  });
});

test('given objects that Prisma cannot express, the warnings name them', () => {
  using worst = edgeCaseDatabase();
  const { warnings } = renderSchemaExport(worst, prismaFormat);
  for (const words of [
    'omitted: virtual table boxes, virtual table search',
    'renamed',
    'no key without NULL',
    'the column may hold any type',
    'SET NULL is Restrict',
  ]) {
    assert.ok(
      warnings.some((warning) => warning.includes(words)),
      words,
    );
  }
});

test('given a schema without tables, Prisma reads an empty one', () => {
  using database = databaseWith('');
  assert.deepEqual(read(database), []);
});

function model(models: readonly PrismaModel[], name: string): PrismaModel {
  const found = models.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
}

function field({ fields }: PrismaModel, name: string): PrismaField {
  const found = fields.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
}

function relation(from: PrismaModel, name: string): readonly unknown[] {
  const { type, isRequired, relationFromFields, relationToFields, relationOnDelete } = field(from, name);
  return [type, isRequired, relationFromFields, relationToFields, relationOnDelete];
}
