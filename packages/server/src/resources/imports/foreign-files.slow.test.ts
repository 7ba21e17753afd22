import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { musicShopPath } from '../../testing/databases/music-shop.ts';
import { publicDatabases } from '../../testing/databases/public-databases.ts';
import { foreignFileBytes } from '../../testing/foreign-files/foreign-file.ts';
import { foreignFiles } from '../../testing/foreign-files/foreign-files.ts';
import { isNamedIn, loadNotedDump } from '../../testing/foreign-files/noted-export.ts';
import { exactSelect, readableContent } from '../../testing/foreign-files/readable-content.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { download, exportNow, requestOf } from '../../testing/http/exports.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import type { TestServer } from '../../testing/http/test-server.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const TAGGED = { 'x-value-format': 'tagged' };

/** The maximum number of rows that are compared. */
const ROWS = 500;

const files = [
  ...foreignFiles.map((file) => ({ name: file.name, read: () => foreignFileBytes(file) })),
  ...[musicShopPath, ...publicDatabases].map((path) => ({
    name: `the content of ${basename(path)}`,
    read: () => Buffer.from(readFileSync(path)),
  })),
];

for (const { name, read } of files) {
  test(`a file with ${name} is imported, read, exported, written and changed`, async () => {
    await using server = await borrowTestServer();
    using folder = temporaryFolder();
    const path = join(folder.path, 'foreign.db');
    const bytes = read();
    writeFileSync(path, bytes);
    await server.createProject('foreign');
    const imported = await importDatabase(server, 'foreign', bytes);
    assert.equal(imported.status, 201, JSON.stringify(imported.body.error));
    const tables = await tableNames(server);
    for (const table of tables) await assertListed(server, path, table);
    await assertExports(server, path, folder.path, tables);
    const rows = await readRows(server, tables);
    for (const [table, first] of rows) for (const row of first) await sendBack(server, table, row);
    for (const table of withMostDependents(path, tables)) await changeColumns(server, table);
    const after = join(folder.path, 'after.db');
    const exported = await exportNow(server, 'foreign', 'database', { format: 'sqlite' });
    writeFileSync(after, await download(server, exported));
    assert.deepEqual(Object.keys(readableContent(after).schema), Object.keys(readableContent(path).schema));
    assert.deepEqual(await readRows(server, tables), rows);
  });
}

/** At most ten tables. */
function withMostDependents(path: string, tables: readonly string[]): readonly string[] {
  const texts = Object.values(readableContent(path).schema);
  const counts = new Map(tables.map((table) => [table, texts.filter((text) => text.includes(table)).length]));
  return tables.toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0)).slice(0, 10);
}

async function tableNames(server: TestServer): Promise<readonly string[]> {
  const { status, body } = await server.call('GET', '/projects/foreign/tables?include_count=true');
  assert.equal(status, 200);
  return body.data.tables.map(({ table_name }: { table_name: string }) => table_name);
}

/** Pages by key and by offset have the rows of the whole list, and queries read the same values as the sqlite3 shell. */
async function assertListed(server: TestServer, path: string, table: string): Promise<void> {
  const records = `/projects/foreign/records/${encodeURIComponent(table)}`;
  const list = async (query: string) => {
    const { status, body } = await server.call('GET', `${records}?${query}`, { headers: TAGGED });
    assert.ok(status === 200 || status === 409, JSON.stringify(body.error));
    return body.data;
  };
  const whole = await list(`limit=${ROWS}&include_count=true`);
  using database = new DatabaseSync(path, { readOnly: true, enableDoubleQuotedStringLiterals: true });
  const select = exactSelect(database, table);
  if (whole === null) {
    // What SQLite cannot read is refused.
    assert.ok(select === null || queryFails(database, select), table);
    return;
  }
  assert.equal(Math.min(whole.total_count, ROWS), whole.rows.length);
  const size = Math.max(2, Math.ceil(whole.rows.length / 5));
  const [byKey, byOffset]: [unknown[], unknown[]] = [[], []];
  for (let after = ''; after !== null && byKey.length < whole.rows.length;) {
    const page = await list(`limit=${size}&after=${after}`);
    byKey.push(...page.rows);
    after = page.next_cursor;
  }
  for (let offset = 0; offset < whole.rows.length; offset += size) {
    byOffset.push(...(await list(`limit=${size}&offset=${offset}`)).rows);
  }
  assert.deepEqual([byKey, byOffset], [whole.rows, whole.rows], table);
  const limited = select === null ? null : `${select} LIMIT ${ROWS}`;
  const shell = limited === null ? null : shellLines(path, limited);
  if (shell === null) return;
  const { body } = await server.call('POST', '/projects/foreign/query', { json: { sql: limited } });
  assert.equal(body.error, null, JSON.stringify(body.error));
  const queried = body.data.rows.map((row: object) => String(Object.values(row)[0]));
  assert.deepEqual(queried.toSorted(), shell.toSorted());
}

/** Null if the shell cannot read the table. */
function shellLines(path: string, select: string): readonly string[] | null {
  try {
    return runSqliteShell(path, `${select};`).split('\n').slice(0, -1);
  } catch {
    return null;
  }
}

function queryFails(database: DatabaseSync, sql: string): boolean {
  try {
    database.prepare(sql).all();
    return false;
  } catch {
    return true;
  }
}

/** Every export is made. A dump and a copy have the rows of every table that no note names. */
async function assertExports(
  server: TestServer,
  path: string,
  folder: string,
  tables: readonly string[],
): Promise<void> {
  const original = readableContent(path);
  for (const excluded of [null, ...tables.slice(1).slice(-1)]) {
    const options = excluded === null ? {} : { exclude_tables: [excluded] };
    for (const format of ['zip', 'json', 'sql', 'sqlite']) {
      const made = await exportNow(server, 'foreign', 'database', { format, ...options });
      if (format === 'zip') continue;
      const copy = join(folder, `${format}-${excluded === null ? 'whole' : 'part'}.db`);
      const bytes = await download(server, made);
      if (format === 'json') {
        await assertSameRows(server, bytes);
        continue;
      }
      if (format === 'sqlite') writeFileSync(copy, bytes);
      else loadNotedDump(copy, bytes.toString('utf8'), made.notes);
      const content = readableContent(copy);
      if (format === 'sqlite' && excluded === null) assert.deepEqual(content, original);
      const expected = Object.keys(original.rows).filter(
        (table) => table !== excluded && !isNamedIn(made.notes, table),
      );
      for (const table of expected)
        assert.deepEqual(content.rows[table], original.rows[table], `${format}: ${table}`);
    }
  }
  for (const table of tables) {
    for (const format of ['csv', 'json', 'ndjson']) {
      const { status, body } = await requestOf(server, 'foreign', `table/${encodeURIComponent(table)}`, {
        format,
      });
      assert.ok(status === 201 || status === 409, JSON.stringify(body.error));
    }
  }
}

/** A JSON export has the rows of the lists. */
async function assertSameRows(server: TestServer, bytes: Buffer): Promise<void> {
  const { tables } = JSON.parse(bytes.toString('utf8')) as {
    readonly tables: Readonly<Record<string, unknown[]>>;
  };
  for (const [table, rows] of Object.entries(tables)) {
    const path = `/projects/foreign/records/${encodeURIComponent(table)}?limit=${ROWS}`;
    const { body } = await server.call('GET', path);
    assert.deepEqual(rows.slice(0, ROWS), body.data?.rows, `json: ${table}`);
  }
}

type Rows = ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>;

/** The first rows of each table that can be read, without an added column that SQLite cannot drop. */
async function readRows(server: TestServer, tables: readonly string[]): Promise<Rows> {
  const rows = new Map<string, readonly Readonly<Record<string, unknown>>[]>();
  for (const table of tables) {
    const path = `/projects/foreign/records/${encodeURIComponent(table)}?limit=5`;
    const { body } = await server.call('GET', path, { headers: TAGGED });
    rows.set(table, JSON.parse(JSON.stringify(body.data?.rows ?? [], withoutAdded)));
  }
  return rows;
}

function withoutAdded(name: string, value: unknown): unknown {
  return name.endsWith('ed_here') ? undefined : value;
}

async function sendBack(
  server: TestServer,
  table: string,
  row: Readonly<Record<string, unknown>>,
): Promise<void> {
  const name = encodeURIComponent(table);
  const { body } = await server.call('GET', `/projects/foreign/column/${name}`);
  const primary = body.data.columns.filter(({ is_primary }: { is_primary: number }) => is_primary === 1);
  const names: readonly string[] = primary.map(({ column_name }: { column_name: string }) => column_name);
  const key = names.length === 0 ? Object.values(row).slice(0, 1) : names.map((each) => row[each]);
  const id = key
    .map((value) => encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value)))
    .join(',');
  const answer = await server.call('PATCH', `/projects/foreign/records/${name}/${id}`, {
    json: row,
    headers: TAGGED,
  });
  // A row with a NULL in its key has no id.
  const allowed = key.includes(null) ? [404] : [200, 409];
  assert.ok(allowed.includes(answer.status), `${table}: ${JSON.stringify(answer.body.error)}`);
}

/** Adds a column, renames it, changes its type and drops it; each may be refused, and none fails. */
async function changeColumns(server: TestServer, table: string): Promise<void> {
  const path = `/projects/foreign/column/${encodeURIComponent(table)}`;
  const call = async (method: string, suffix: string, json?: unknown) => {
    const { status, body } = await server.call(method, path + suffix, { json });
    assert.ok(status < 300 || status === 409, `${table}: ${JSON.stringify(body.error)}`);
    return status < 300;
  };
  if (!(await call('POST', '', { column_name: 'added_here' }))) return;
  const isRenamed = await call('PATCH', '/added_here', { new_column_name: 'renamed_here' });
  const name = isRenamed ? '/renamed_here' : '/added_here';
  await call('PATCH', name, { column_type: 'INTEGER' });
  await call('DELETE', name);
}
