import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { foreignFileBytes } from '../../testing/foreign-files/foreign-file.ts';
import { foreignFiles } from '../../testing/foreign-files/foreign-files.ts';
import { exactSelect, readableContent } from '../../testing/foreign-files/readable-content.ts';
import { borrowTestServer } from '../../testing/http/borrowed-server.ts';
import { download, exportNow, requestOf } from '../../testing/http/exports.ts';
import { importDatabase } from '../../testing/http/import-and-export.ts';
import type { TestServer } from '../../testing/http/test-server.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const TAGGED = { 'x-value-format': 'tagged' };

for (const file of foreignFiles) {
  test(`a file with ${file.name} is imported, read, exported, written and changed`, async () => {
    await using server = await borrowTestServer();
    using folder = temporaryFolder();
    const path = join(folder.path, 'foreign.db');
    const bytes = foreignFileBytes(file);
    writeFileSync(path, bytes);
    await server.createProject('foreign');
    const imported = await importDatabase(server, 'foreign', bytes);
    assert.equal(imported.status, 201, JSON.stringify(imported.body.error));
    const tables = await tableNames(server);
    for (const table of tables) await assertListed(server, path, table);
    await assertExports(server, path, folder.path, tables);
    const rows = await readRows(server, tables);
    for (const [table, [row]] of rows) if (row !== undefined) await sendBack(server, table, row);
    for (const table of tables) await changeColumns(server, table);
    const after = join(folder.path, 'after.db');
    writeFileSync(
      after,
      await download(server, await exportNow(server, 'foreign', 'database', { format: 'sqlite' })),
    );
    assert.deepEqual(Object.keys(readableContent(after).schema), Object.keys(readableContent(path).schema));
    assert.deepEqual(await readRows(server, tables), rows);
  });
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
  const whole = await list('limit=500&include_count=true');
  using database = new DatabaseSync(path, { readOnly: true, enableDoubleQuotedStringLiterals: true });
  const select = exactSelect(database, table);
  if (whole === null) {
    // What SQLite cannot read is refused.
    assert.ok(select === null || queryFails(database, select), table);
    return;
  }
  assert.equal(whole.total_count, whole.rows.length);
  const [byKey, byOffset]: [unknown[], unknown[]] = [[], []];
  for (let page = await list('limit=2&after='); ; page = await list(`limit=2&after=${page.next_cursor}`)) {
    byKey.push(...page.rows);
    if (page.next_cursor === null) break;
  }
  for (let offset = 0; offset < whole.rows.length; offset += 2)
    byOffset.push(...(await list(`limit=2&offset=${offset}`)).rows);
  assert.deepEqual([byKey, byOffset], [whole.rows, whole.rows], table);
  const shell = select === null ? null : shellLines(path, select);
  if (shell === null) return;
  const json = { sql: `${String(select)} LIMIT 500` };
  const { body } = await server.call('POST', '/projects/foreign/query', { json });
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
      if (format === 'zip' || format === 'json') continue;
      const copy = join(folder, `${format}-${excluded === null ? 'whole' : 'part'}.db`);
      const bytes = await download(server, made);
      if (format === 'sqlite') writeFileSync(copy, bytes);
      else load(copy, bytes.toString('utf8'), made.notes);
      const content = readableContent(copy);
      if (format === 'sqlite' && excluded === null) assert.deepEqual(content, original);
      const expected = Object.keys(original.rows).filter(
        (table) => table !== excluded && !isNamed(table, made.notes),
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

/** The rest of a dump loads even if some statements do not. */
function load(copy: string, dump: string, notes: readonly string[]): void {
  try {
    runSqliteShell(copy, dump);
  } catch (error) {
    if (!notes.some((note) => note.includes('load only into') || note.includes('do not load as they are')))
      throw error;
  }
}

/** A note names the first three objects, and the number of the others. */
function isNamed(table: string, notes: readonly string[]): boolean {
  return notes.some(
    (note) => / and \d+ more/.test(note) || note.split(/ (?:virtual )?table | \(|[,.]/).includes(table),
  );
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
