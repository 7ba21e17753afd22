import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { filtersQuery, type ProjectClient, startProject } from '../../testing/http/project-client.ts';

const CLIENTS = 200;
const COUNTERS = 10;
const BULK = 10;

let project: ProjectClient;

before(async () => {
  project = await startProject(`
    CREATE TABLE counters(id INTEGER PRIMARY KEY, value INTEGER NOT NULL) STRICT;
    CREATE TABLE entries(id INTEGER PRIMARY KEY AUTOINCREMENT, client INTEGER, batch TEXT, name TEXT UNIQUE) STRICT;
  `);
  await project.data('POST', 'records/counters', {
    rows: Array.from({ length: COUNTERS }, (_, id) => ({ id, value: 0 })),
  });
});
after(() => project[Symbol.asyncDispose]());

/** Increments a counter, and retries if another client was faster. */
async function increment(id: number): Promise<void> {
  for (;;) {
    const { row } = await project.data('GET', `records/counters/${id}`);
    const change = { data: { value: row.value + 1 }, where: { id, value: row.value } };
    const { affected_rows: affected } = await project.data('PATCH', 'records/counters', change);
    if (affected === 1) return;
  }
}

async function work(client: number): Promise<void> {
  const made = await project.data('POST', 'records/entries', { client, name: `one ${client}` });
  const rows = Array.from({ length: BULK }, (_, index) => ({
    client,
    batch: `b${client}`,
    name: `${client}.${index}`,
  }));
  await project.data('POST', 'records/entries', { rows, return: 'none' });
  const refused = [
    ...rows.map(({ name }) => ({ client, name: `half ${name}` })),
    { client, name: `one ${client}` },
  ];
  await project.refuse('constraint_violation', 'POST', 'records/entries', { rows: refused });
  if (client % 4 === 0) await increment(client % COUNTERS);
  const batch = await project.data(
    'GET',
    `records/entries?count=1&limit=1&${filtersQuery({ batch: `b${client}` })}`,
  );
  assert.equal(batch.total_count, BULK);
  if (client % 50 === 0) {
    await project.data('POST', 'column/entries', { column_name: `extra${client}`, column_type: 'INTEGER' });
  }
  if (client % 2 === 0) await project.data('DELETE', 'records/entries', { where: { batch: `b${client}` } });
  if (client % 3 === 0) await project.data('DELETE', `records/entries/${made.row.id}`);
  else await project.data('PATCH', `records/entries/${made.row.id}`, { batch: 'done' });
}

test('two hundred concurrent clients of one project lose no update, see no partial bulk write, and get no internal error', async () => {
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client)));
  const clients = Array.from({ length: CLIENTS }, (_, client) => client);
  assert.equal(
    project.shell('SELECT sum(value) FROM counters;'),
    String(clients.filter((n) => n % 4 === 0).length),
  );
  assert.equal(
    project.shell(
      `SELECT group_concat(DISTINCT n) FROM (SELECT count(*) n FROM entries WHERE batch LIKE 'b%' GROUP BY batch);`,
    ),
    String(BULK),
  );
  assert.equal(
    project.shell(`SELECT count(DISTINCT batch) FROM entries WHERE batch LIKE 'b%';`),
    String(CLIENTS / 2),
  );
  const done = clients.filter((client) => client % 3 !== 0).length;
  assert.equal(project.shell("SELECT count(*) FROM entries WHERE batch = 'done';"), String(done));
  assert.equal(project.shell("SELECT count(*) FROM entries WHERE name LIKE 'half%';"), '0');
  assert.equal(project.shell('PRAGMA integrity_check;'), 'ok');
  const { columns } = await project.data('GET', 'column/entries');
  assert.equal(columns.length, 4 + CLIENTS / 50);
});
