import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import { startTestServer } from '../../testing/http/test-server.ts';

const server = await startTestServer();
after(() => server[Symbol.asyncDispose]());
await server.createProject('shop');

/** Each trigger does something with the row that was just written, and counts that it ran. */
const effects = [
  [
    'changes it',
    'UPDATE item SET note = upper(NEW.note) WHERE id = NEW.id',
    (id: number) => ({ id, note: 'X' }),
  ],
  ['moves it to another key', 'UPDATE item SET id = NEW.id + 100 WHERE id = NEW.id', () => null],
  ['deletes it', 'DELETE FROM item WHERE id = NEW.id', () => null],
  [
    'replaces it by another',
    'DELETE FROM item WHERE id = NEW.id; INSERT INTO item VALUES (NEW.id + 100, NEW.note)',
    () => null,
  ],
] as const;

for (const [effect, statements, rowAt] of effects) {
  describe(`a trigger that ${effect}`, () => {
    for (const [name, event, send] of [
      ['POST', 'INSERT', () => call('POST', 'item', { id: 2, note: 'x' })],
      ['POST of many rows', 'INSERT', () => call('POST', 'item', { rows: [{ id: 2, note: 'x' }] })],
      ['an upsert that inserts', 'INSERT', () => call('POST', 'item', upsert({ id: 2, note: 'x' }))],
      ['an upsert that updates', 'UPDATE OF note', () => call('POST', 'item', upsert({ id: 1, note: 'x' }))],
      ['PATCH by key', 'UPDATE OF note', () => call('PATCH', 'item/1', { note: 'x' })],
      [
        'PATCH by filter',
        'UPDATE OF note',
        () => call('PATCH', 'item', { data: { note: 'x' }, where: { id: 1 } }),
      ],
      ['a batch', 'INSERT', () => batch('POST', '/records/item', { id: 2, note: 'x' })],
    ] as const) {
      test(`does not make ${name} fail, whose effect happens once`, async () => {
        await replaceBy(`
          CREATE TABLE item (id INTEGER PRIMARY KEY, note TEXT);
          CREATE TABLE ran (id INTEGER);
          INSERT INTO item VALUES (1, 'first');
          CREATE TRIGGER effect AFTER ${event} ON item WHEN NEW.note = 'x'
          BEGIN INSERT INTO ran VALUES (NEW.id); ${statements}; END;`);
        const { status, body } = await send();
        assert.ok([200, 201].includes(status), JSON.stringify(body));
        const id = event === 'INSERT' ? 2 : 1;
        const { results, rows = results, row = rows?.[0], affected_rows } = body.data;
        if (affected_rows === undefined) {
          const answered = results === undefined ? row : results[0].data.row;
          assert.deepEqual(answered, rowAt(id));
        } else assert.equal(affected_rows, 1);
        assert.deepEqual((await call('GET', 'ran')).body.data.rows, [{ rowid: 1, id }]);
      });
    }
  });
}

function upsert(row: object): object {
  return { data: row, on_conflict: { columns: ['id'], action: 'update' } };
}

function call(method: string, below: string, json?: object) {
  return server.call(method, `/projects/shop/records/${below}`, json === undefined ? {} : { json });
}

function batch(method: string, path: string, body: object) {
  return server.call('POST', '/projects/shop/batch', { json: { operations: [{ method, path, body }] } });
}

async function replaceBy(statements: string): Promise<void> {
  const bytes = Uint8Array.from(databaseFile(statements));
  const { status } = await importDatabase(server, 'shop', bytes, { query: '?replace=true' });
  assert.equal(status, 201);
}
