import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { type ProjectClient, startProject } from '../../testing/http/project-client.ts';

/** Each trigger does something with the row that was just written, and counts that it ran. */
const effects = [
  [
    'changes it',
    (item: string) => `UPDATE ${item} SET note = upper(NEW.note) WHERE id = NEW.id`,
    (id: number) => ({ id, note: 'X' }),
  ],
  [
    'moves it to another key',
    (item: string) => `UPDATE ${item} SET id = NEW.id + 100 WHERE id = NEW.id`,
    (id: number) => ({ id: id + 100, note: 'x' }),
  ],
  ['deletes it', (item: string) => `DELETE FROM ${item} WHERE id = NEW.id`, () => null],
  [
    'replaces it by another',
    (item: string) =>
      `DELETE FROM ${item} WHERE id = NEW.id; INSERT INTO ${item} VALUES (NEW.id + 100, NEW.note)`,
    () => null,
  ],
] as const;

/** Each write of the row with the note `x` to a table, and the event of the trigger. */
const writes = [
  ['POST', 'INSERT', (item: string) => ['POST', `records/${item}`, { id: 2, note: 'x' }]],
  [
    'POST of many rows',
    'INSERT',
    (item: string) => ['POST', `records/${item}`, { rows: [{ id: 2, note: 'x' }] }],
  ],
  [
    'an upsert that inserts',
    'INSERT',
    (item: string) => ['POST', `records/${item}`, upsert({ id: 2, note: 'x' })],
  ],
  [
    'an upsert that updates',
    'UPDATE OF note',
    (item: string) => ['POST', `records/${item}`, upsert({ id: 1, note: 'x' })],
  ],
  ['PATCH by key', 'UPDATE OF note', (item: string) => ['PATCH', `records/${item}/1`, { note: 'x' }]],
  [
    'PATCH by filter',
    'UPDATE OF note',
    (item: string) => ['PATCH', `records/${item}`, { data: { note: 'x' }, where: { id: 1 } }],
  ],
  [
    'a batch',
    'INSERT',
    (item: string) => ['POST', 'batch', batch('POST', `/records/${item}`, { id: 2, note: 'x' })],
  ],
] as const satisfies readonly (readonly [
  string,
  string,
  (item: string) => Parameters<ProjectClient['call']>,
])[];

/** A table for each effect of a trigger and each write, and another that counts how often its trigger ran. */
const cases = effects.map(([effect, statements, rowAt], effectAt) => {
  const ofEffect = writes.map(([name, event, request], writeAt) => {
    const item = `item_${effectAt}_${writeAt}`;
    return {
      name,
      event,
      request: request(item),
      ran: `ran_${effectAt}_${writeAt}`,
      item,
      statements: statements(item),
    };
  });
  return { effect, rowAt, ofEffect };
});

let project: ProjectClient;
before(async () => {
  const tables = cases
    .flatMap(({ ofEffect }) => ofEffect)
    .map(
      ({ item, ran, event, statements }) => `
    CREATE TABLE ${item} (id INTEGER PRIMARY KEY, note TEXT);
    CREATE TABLE ${ran} (id INTEGER);
    INSERT INTO ${item} VALUES (1, 'first');
    CREATE TRIGGER effect_on_${item} AFTER ${event} ON ${item} WHEN NEW.note = 'x'
    BEGIN INSERT INTO ${ran} VALUES (NEW.id); ${statements}; END;`,
    );
  project = await startProject(tables.join(''));
});
after(() => project[Symbol.asyncDispose]());

for (const { effect, rowAt, ofEffect } of cases) {
  describe(`a trigger that ${effect}`, () => {
    for (const { name, event, request, ran } of ofEffect) {
      test(`does not make ${name} fail, whose effect happens once`, async () => {
        const { status, body } = await project.call(...request);
        assert.ok([200, 201].includes(status), JSON.stringify(body));
        const id = event === 'INSERT' ? 2 : 1;
        const { results, rows = results, row = rows?.[0], affected_rows } = body.data;
        if (affected_rows === undefined) {
          const answered = results === undefined ? row : results[0].data.row;
          assert.deepEqual(answered, rowAt(id));
        } else assert.equal(affected_rows, 1);
        assert.deepEqual((await project.data('GET', `records/${ran}`)).rows, [{ rowid: 1, id }]);
      });
    }
  });
}

test('a row that a trigger moves is found by each kind of key, also after the key has got another name', async () => {
  await using moving = await startProject(`
    CREATE TABLE plain (note TEXT);
    CREATE TRIGGER move_plain AFTER INSERT ON plain BEGIN UPDATE plain SET rowid = rowid + 10 WHERE rowid = NEW.rowid; END;
    CREATE TABLE pairs (a TEXT, b, note TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
    CREATE TRIGGER move_pairs AFTER INSERT ON pairs
    BEGIN UPDATE pairs SET a = NEW.a || '!' WHERE (a, b) = (NEW.a, NEW.b); UPDATE pairs SET b = 2 WHERE a = NEW.a || '!'; END;`);
  assert.deepEqual((await moving.data('POST', 'records/plain', { note: 'x' })).row, { rowid: 11, note: 'x' });
  const pair = { a: 'k', b: 1, note: 'x' };
  assert.deepEqual((await moving.data('POST', 'records/pairs', pair)).row, { a: 'k!', b: 2, note: 'x' });
  await moving.data('PATCH', 'column/pairs/a', { new_column_name: 'first' });
  const renamed = { first: 'l', b: 1, note: 'y' };
  const { row } = await moving.data('POST', 'records/pairs', renamed);
  assert.deepEqual(row, { first: 'l!', b: 2, note: 'y' });
});

function upsert(row: object): object {
  return { data: row, on_conflict: { columns: ['id'], action: 'update' } };
}

function batch(method: string, path: string, body: object): object {
  return { operations: [{ method, path, body }] };
}
