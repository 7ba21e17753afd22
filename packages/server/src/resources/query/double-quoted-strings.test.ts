import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { databaseFile } from '../../testing/databases/database-file.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import type { TestServer } from '../../testing/http/test-server.ts';

let server: TestServer;
let limited: string;

before(async () => {
  server = await borrowTestServer();
  const token = await server.createProject('old');
  const file = databaseFile(`
    CREATE TABLE t (id INTEGER PRIMARY KEY, state TEXT CHECK (state IN ("open", "shut")), "a \`b\` ""c""" TEXT);
    INSERT INTO t VALUES (1, 'open', 'x');
    CREATE VIEW v AS SELECT id, "text" AS kind, coalesce(state, "none") AS state FROM t WHERE state <> "never";
    CREATE VIEW w AS SELECT * FROM v WHERE kind = "text";`);
  assert.equal((await importDatabase(server, 'old', file)).status, 201);
  const json = { tables: ['t', 'v', 'w'], revoke_previous: false };
  const made = await server.call('POST', '/projects/old/auth/tokens', { token, json });
  limited = made.body.data.token.token;
});
after(() => server[Symbol.asyncDispose]());

async function outcomes(sql: string): Promise<readonly unknown[]> {
  const answers = [await ask(sql), await ask(sql, limited)];
  return answers.map(({ body }) => body.data?.rows ?? body.error?.message);
}

function ask(sql: string, token?: string) {
  return server.call('POST', '/projects/old/query', { json: { sql }, ...(token !== undefined && { token }) });
}

test('the views and tables of a file may have strings in double quotes', async () => {
  for (const [sql, row] of [
    ['SELECT * FROM v', { id: 1, kind: 'text', state: 'open' }],
    ['SELECT "kind" AS "the kind", \'"\' AS q FROM "w" -- "comment"', { 'the kind': 'text', q: '"' }],
    ['SELECT "a `b` ""c""" FROM t', { 'a `b` "c"': 'x' }],
    ['SELECT max("id") + 0 FROM "t"', { 'max("id") + 0': 1 }],
  ] as const) {
    assert.deepEqual(await outcomes(sql), [[row], [row]], sql);
  }
});

function hint(name: string): string {
  return `SQLite: no such column: "${name}" - should this be a string literal in single-quotes?`;
}

test('a name in double quotes that is no column is an error in a query', async () => {
  for (const [sql, message] of [
    ['SELECT "nothing" FROM t', hint('nothing')],
    ['SELECT id FROM w WHERE kind = "text"', hint('text')],
    ['SELECT id FROM t ORDER BY "x"."y"', 'SQLite: no such column: x.y'],
    ['SELECT "id" FRM t', 'SQLite: near "t": syntax error, at offset 16'],
    ['SELECT id, FROM "t"', 'SQLite: near "FROM": syntax error, at offset 11'],
    ['SELECT nothing FROM "t"', 'SQLite: near "nothing": syntax error, at offset 7'],
    ['SELECT absent FROM "t"', 'SQLite: no such column: absent'],
  ] as const) {
    assert.deepEqual(await outcomes(sql), [message, message], sql);
  }
});
