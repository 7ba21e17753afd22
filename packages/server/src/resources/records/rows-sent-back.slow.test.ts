import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';

import { musicShopPath } from '../../testing/databases/music-shop.ts';
import { publicDatabases } from '../../testing/databases/public-databases.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import type { TestServer } from '../../testing/http/test-server.ts';

/** Of each table. */
const ROWS = 20;

for (const path of [musicShopPath, ...publicDatabases]) {
  for (const format of ['plain', 'tagged'] as const) {
    test(`the rows of ${basename(path)}, sent back as they were read in the ${format} format, stay as they are`, async () => {
      await using server = await borrowTestServer();
      await server.createProject('foreign');
      const imported = await server.call('POST', '/projects/foreign/import/sqlite', {
        body: readFileSync(path),
        headers: { 'content-type': 'application/vnd.sqlite3' },
      });
      assert.equal(imported.status, 201);
      const before = await dump(server);
      const { body } = await server.call('GET', '/projects/foreign/tables');
      let sent = 0;
      for (const { table_name: table } of body.data.tables) {
        sent += await sendBack(server, encodeURIComponent(String(table)), { 'x-value-format': format });
      }
      assert.ok(sent > 0);
      assert.equal(await dump(server), before);
    });
  }
}

/** Returns the number of rows that were sent back. A trigger may need a function of the program that made the file. */
async function sendBack(
  server: TestServer,
  table: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const records = `/projects/foreign/records/${table}`;
  const { body } = await server.call('GET', `${records}?limit=${ROWS}`, { headers });
  const details = await server.call('GET', `/projects/foreign/column/${table}`);
  const primary = details.body.data.columns.filter(
    ({ is_primary }: { is_primary: number }) => is_primary === 1,
  );
  const names = primary.map(({ column_name }: { column_name: string }) => column_name);
  let sent = 0;
  for (const row of body.data.rows) {
    const key = names.length === 0 ? [Object.values(row)[0]] : names.map((name: string) => row[name]);
    const path = `${records}/${key.map(inPath).join(',')}`;
    const answer = await server.call('PATCH', path, { headers, json: row });
    if (answer.status === 200) sent += 1;
    else assert.match(String(answer.body.error?.message), /no such function: ST_/);
  }
  return sent;
}

function inPath(value: unknown): string {
  return encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value));
}

async function dump(server: TestServer): Promise<string> {
  const made = await server.call('POST', '/projects/foreign/export/database', { json: { format: 'sql' } });
  assert.equal(made.status, 201);
  return (await server.fetch('GET', String(made.body.data.export.download_url))).text();
}
