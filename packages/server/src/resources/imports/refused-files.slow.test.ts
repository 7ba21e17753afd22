import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { exportedSchema, importDatabase, type ImportCall } from '../../testing/http/import-and-export.ts';
import { startTestServer, type TestServer } from '../../testing/http/test-server.ts';

const PAGE_BYTES = 1024;

/** About 40 pages of two b-trees. */
const sound = databaseFile(`
  PRAGMA page_size = ${PAGE_BYTES};
  CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
  CREATE INDEX book_title ON book (title);
  WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
  INSERT INTO book SELECT i, 'title ' || i FROM n;
`);

test('a file that is not a sound SQLite database is refused with a specific message, and the project is unchanged', async () => {
  await using server = await borrowTestServer();
  await givenProject(server);
  const before = await exportedSchema(server, 'library');
  const cases: readonly (readonly [name: string, bytes: Buffer, says: RegExp])[] = [
    ['an empty body', Buffer.alloc(0), /empty/],
    ['a text file', Buffer.from('id,title\n1,Emma\n'.repeat(100)), /not a SQLite 3 database.*encrypted/],
    ['an encrypted file', randomBytes(8 * PAGE_BYTES), /not a SQLite 3 database.*encrypted/],
    ['the magic alone', sound.subarray(0, 16), /truncated: it has 16 of/],
    ['the header alone', sound.subarray(0, 100), /truncated: it has 100 of/],
    ['half a page', sound.subarray(0, PAGE_BYTES / 2), /truncated/],
    ['one page', sound.subarray(0, PAGE_BYTES), /truncated: it has 1024 of/],
    ['half the file', sound.subarray(0, PAGE_BYTES * 20), /truncated/],
    ['all but one byte', sound.subarray(0, -1), /truncated/],
    ['half a page too many', Buffer.concat([sound, Buffer.alloc(PAGE_BYTES / 2)]), /middle of a page/],
    ['a page size of 3000', changed((copy) => copy.writeUInt16BE(3000, 16)), /page size of 3000/],
    ['a page size of 0', changed((copy) => copy.writeUInt16BE(0, 16)), /page size of 0/],
    ['a b-tree page of noise', changed((copy) => randomBytes(PAGE_BYTES).copy(copy, PAGE_BYTES * 10)), /./],
    [
      'a b-tree page of zeros',
      changed((copy) => copy.fill(0, PAGE_BYTES * 10, PAGE_BYTES * 11)),
      /damaged|rejects/,
    ],
    ['an index that misses its rows', changed(swapTitle), /damaged.*book_title/],
    ['a schema page of noise', changed((copy) => copy.fill(0xee, 100, PAGE_BYTES)), /rejects|damaged/],
    [
      'a schema that is no SQL',
      withSchemaText('CREATE TABLE book (id INTEGER PRIMARY KEY, ('),
      /rejects.*schema/,
    ],
    ['a schema that is another statement', withSchemaText('DELETE FROM book'), /rejects|damaged/],
  ];
  for (const [name, bytes, says] of cases) {
    const refused = await importDatabase(server, 'library', bytes, { query: '?replace=true' });
    assert.equal(refused.status, 400, `${name}: ${JSON.stringify(refused.body)}`);
    assert.equal(refused.body.error?.code, 'validation_failed', name);
    assert.match(refused.body.error.message, says, name);
    assert.doesNotMatch(refused.body.error.message, /upload-|\/tmp/, name);
  }
  assert.equal(await exportedSchema(server, 'library'), before);
  await assertNoUploadLeft(server);
});

test('a copy from the middle of a transaction, without its rollback journal, is refused as damaged', async () => {
  await using server = await borrowTestServer();
  await givenProject(server);
  const before = await exportedSchema(server, 'library');
  // The first pages from before the transaction, the rest from after it.
  const later = databaseFile(`
    PRAGMA page_size = ${PAGE_BYTES};
    CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
    CREATE INDEX book_title ON book (title);
    WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    INSERT INTO book SELECT i, 'another ' || (1000 - i) FROM n;
  `);
  const torn = Buffer.concat([sound.subarray(0, PAGE_BYTES * 20), later.subarray(PAGE_BYTES * 20)]);

  const refused = await importDatabase(server, 'library', torn, { query: '?replace=true' });
  assert.equal(refused.body.error?.code, 'validation_failed');
  assert.equal(await exportedSchema(server, 'library'), before);
});

test('a request that is not a file import is refused before anything is stored', async () => {
  await using server = await startTestServer({ importMaxBytes: sound.byteLength });
  const token = await givenProject(server);
  const foreign = await server.createProject('neighbour');
  const before = await exportedSchema(server, 'library');
  const large = Buffer.concat([sound, Buffer.alloc(1)]);
  // Larger than all buffers on the way, so that the refusal arrives while the body is being sent.
  const huge = Buffer.concat([sound, Buffer.alloc(64 * 1024 * 1024)]);
  const cases: readonly (readonly [
    code: string,
    status: number,
    body: Buffer | string | ReadableStream<Uint8Array>,
    options: ImportCall,
  ])[] = [
    ['unsupported_media_type', 415, '{"a":1}', { headers: { 'content-type': 'application/json' } }],
    ['unsupported_media_type', 415, sound, { headers: { 'content-type': 'text/csv' } }],
    ['unsupported_media_type', 415, sound, { headers: { 'content-encoding': 'gzip' } }],
    ['validation_failed', 400, sound, { query: '?replace=true&mode=merge' }],
    ['validation_failed', 400, sound, { query: '?replace=true&replace=false' }],
    ['payload_too_large', 413, large, {}],
    ['payload_too_large', 413, inChunks(large), { query: '?replace=true' }],
    ['payload_too_large', 413, inChunks(huge), { query: '?replace=true' }],
    ['payload_too_large', 413, huge, { query: '?replace=true' }],
    ['conflict', 409, inChunks(huge), {}],
    ['invalid_token', 401, sound, { token: foreign }],
    ['missing_authorization', 401, sound, { token: null }],
    ['conflict', 409, sound, { token }],
  ];
  for (const [code, status, body, options] of cases) {
    const refused = await importDatabase(server, 'library', body, options);
    assert.equal(refused.body.error?.code, code, JSON.stringify([options, refused.body]));
    assert.equal(refused.status, status);
  }
  assert.equal(await exportedSchema(server, 'library'), before);
  await assertNoUploadLeft(server);
});

test('importing into a project that does not exist is not_found for the owner, and creates nothing', async () => {
  await using server = await borrowTestServer();
  const refused = await importDatabase(server, 'nowhere', sound);
  assert.equal(refused.status, 404);
  assert.equal(refused.body.error?.code, 'not_found');
  assert.deepEqual(await readdir(join(server.dataDir, 'projects')), []);
});

test('a file of exactly the maximum size is accepted, with or without a Content-Length', async () => {
  await using server = await startTestServer({ importMaxBytes: sound.byteLength });
  for (const [project, body] of [
    ['announced', sound],
    ['chunked', inChunks(sound)],
  ] as const) {
    await server.createProject(project);
    const answer = await importDatabase(server, project, body);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    assert.equal(answer.body.data.import.rows, 1000);
  }
});

async function givenProject(server: TestServer): Promise<string> {
  const token = await server.createProject('library');
  const answer = await importDatabase(
    server,
    'library',
    databaseFile('CREATE TABLE kept (id INTEGER PRIMARY KEY);'),
  );
  assert.equal(answer.status, 201);
  return token;
}

async function assertNoUploadLeft(server: TestServer): Promise<void> {
  const names = await readdir(join(server.dataDir, 'projects', 'library'));
  assert.deepEqual(
    names.filter((name) => name.startsWith('upload-')),
    [],
  );
}

function changed(change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(sound);
  change(copy);
  return copy;
}

/** Changes one title in the table or in its index, but not in both. */
function swapTitle(copy: Buffer): void {
  copy.write('tatle 500', copy.indexOf('title 500'), 'latin1');
}

function withSchemaText(sql: string): Buffer {
  return databaseFile(`
    CREATE TABLE book (id INTEGER PRIMARY KEY);
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = '${sql}';
  `);
}

/** A body without a Content-Length. */
function inChunks(bytes: Buffer): ReadableStream<Uint8Array> {
  return new Blob([Uint8Array.from(bytes)]).stream();
}
