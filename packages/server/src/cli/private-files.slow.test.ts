import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { type OutgoingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';

import { databaseFormats, tableFormats } from '../resources/exports/export-formats.ts';
import { schemaFormats } from '../schema/formats/schema-formats.ts';
import { databaseFile } from '../testing/databases/database-file.ts';
import { ENDLESS, stones } from '../testing/http/exports.ts';
import type { Answer } from '../testing/http/test-server.ts';
import { modeOf } from '../testing/system/folder-content.ts';
import { assertPrivate, withUmask } from '../testing/system/private-files.ts';
import { temporaryFolder } from '../testing/system/temporary-folder.ts';
import { eventually } from '../testing/system/waiting.ts';
import { runCommand, type RunningCommand, startCommandServer } from '../testing/tools/command.ts';

const OPTIONS = { timeout: 240_000, skip: process.platform === 'win32' };
const ADMIN = 'an-admin-token-given-by-hand';
const HOME = '/projects/quarry';
const SQLITE = 'application/vnd.sqlite3';

type Send = (
  method: string,
  path: string,
  json?: unknown,
  prefer?: string,
) => Promise<Answer['body']['data']>;

function senderTo({ url }: RunningCommand): Send {
  return async (method, path, json = {}) => {
    const headers = { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' };
    const body = method === 'GET' ? null : JSON.stringify(json);
    const response = await fetch(url + path, { method, headers, body });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${text}`);
    return JSON.parse(text).data;
  };
}

async function upload({ url }: RunningCommand, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const headers = { authorization: `Bearer ${ADMIN}`, 'content-type': SQLITE };
  const path = `${HOME}/import/sqlite?replace=true`;
  const response = await fetch(url + path, { method: 'POST', headers, body });
  assert.ok(response.ok, await response.text());
}

async function changeData(send: Send): Promise<void> {
  const table = { table_name: 'cart', columns: [{ column_name: 'load', column_type: 'TEXT' }] };
  await send('POST', `${HOME}/table`, table);
  await send('POST', `${HOME}/records/cart`, { rows: [{ load: '1' }, { load: '2' }] });
  await send('POST', `${HOME}/column/cart`, { column_name: 'wheels' });
  // SQLite rewrites the table for another default.
  await send('PATCH', `${HOME}/column/cart/load`, { default_value: '7' });
  await send('POST', `${HOME}/indexes/cart`, { columns: ['load'] });
  await send('PATCH', `${HOME}/records/stone/1`, { name: 'first' });
  await send('POST', `${HOME}/query`, { sql: 'SELECT count(*) FROM stone' });
  await send('PATCH', HOME, { project_name: 'Quarry' });
}

async function changeCatalog(send: Send): Promise<void> {
  await send('POST', '/bootstrap', {
    project_slug: 'mill',
    project_name: 'Mill',
    initial_project_user: { username: 'ann', password: 'a long password' },
    tables: [{ table_name: 'a', columns: [{ column_name: 'x' }], seed: [{ x: '1' }] }],
  });
  await send('POST', '/projects/mill/auth/login', { username: 'ann', password: 'a long password' });
  await send('POST', '/projects/mill/auth/tokens', { revoke_previous: false });
  await send('POST', '/projects', { project_slug: 'gone', project_name: 'Gone' });
  await send('POST', '/projects/gone/export/schema');
  await send('DELETE', '/projects/gone', { confirm_project_slug: 'gone' });
}

async function exportAll(send: Send): Promise<void> {
  const kinds = {
    schema: schemaFormats.map(({ name }) => name),
    'table/stone': Object.keys(tableFormats),
    database: Object.keys(databaseFormats),
  };
  for (const [what, formats] of Object.entries(kinds)) {
    for (const format of formats) await send('POST', `${HOME}/export/${what}`, { format });
  }
  // An unchanged export shares the file of the first one.
  const { export: made } = await send('POST', `${HOME}/export/table/stone`, { format: 'csv' });
  await send('POST', `${HOME}/exports/${made.id}/link`);
}

/** Starts an export and an upload that end with the server. Resolves when both have begun a file. */
async function beginFiles({ url }: RunningCommand, dataDir: string): Promise<void> {
  const begin = (path: string, more: OutgoingHttpHeaders) => {
    const headers = { authorization: `Bearer ${ADMIN}`, ...more };
    return request(url + HOME + path, { method: 'POST', headers }).on('error', () => undefined);
  };
  begin('/export/table/endless', {}).end();
  const uploading = begin('/import/sqlite?replace=true', {
    'content-type': SQLITE,
    'content-length': 1_000_000,
  });
  uploading.write(databaseFile('CREATE TABLE half (a);'));
  const has = (folder: string, name: RegExp) =>
    readdirSync(join(dataDir, folder, 'quarry')).some((entry) => name.test(entry));
  await eventually(() => has('projects', /^upload-/) && has('exports', /\.draft$/));
}

test(
  'whatever the umask, only the owner can read any file that a feature of the service writes',
  OPTIONS,
  async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'data');
    const keys = join(folder.path, 'keys');
    mkdirSync(keys, { mode: 0o700 });
    const temporary = join(folder.path, 'temporary');
    mkdirSync(temporary, { mode: 0o700 });
    const environment = {
      ROWHOUSE_DATA_DIR: dataDir,
      ROWHOUSE_ADMIN_TOKEN: ADMIN,
      ROWHOUSE_KEY_FILE: join(keys, 'service.key'),
      ROWHOUSE_QUERY_TIMEOUT_MS: '300000',
      TMPDIR: temporary,
    };
    await using server = await withUmask(0, () => startCommandServer(environment));
    const send = senderTo(server);
    await send('POST', '/projects', { project_slug: 'quarry', project_name: 'Q' });
    await upload(server, Uint8Array.from(databaseFile(stones(2_000) + ENDLESS)));
    await changeData(send);
    await changeCatalog(send);
    await exportAll(send);
    await beginFiles(server, dataDir);
    const seen = assertPrivate(dataDir, 'while the server works');
    for (const kind of [
      /^catalog\.sqlite$/,
      /^catalog\.sqlite-wal$/,
      /^requests\.sqlite$/,
      /^requests\.sqlite-wal$/,
      /^projects\/quarry\/database\.sqlite$/,
      /^projects\/quarry\/database\.sqlite-wal$/,
      /^projects\/quarry\/database\.sqlite-shm$/,
      /^projects\/quarry\/upload-/,
      /^projects\/mill\/database\.sqlite$/,
      /^exports\/quarry\/exp_\w+$/,
      /^exports\/quarry\/.*draft/,
    ]) {
      assert.ok(
        seen.some((path) => kind.test(path)),
        `${kind} in ${seen.join(' ')}`,
      );
    }
    assert.deepEqual(assertPrivate(keys, 'while the server works'), ['.', 'service.key']);
    assertPrivate(temporary, 'while the server works');
    await server.stop('SIGKILL');
    for (const path of [dataDir, keys, temporary]) assertPrivate(path, 'after SIGKILL');
  },
);

test(
  'whatever the umask, only the owner can read what commands write in the data folder',
  OPTIONS,
  async () => {
    using folder = temporaryFolder();
    const environment = { ROWHOUSE_DATA_DIR: join(folder.path, 'data') };
    const run = async (...words: readonly string[]) => {
      const { exitCode, stderr } = await withUmask(0, () => runCommand(words, environment));
      assert.equal(exitCode, 0, stderr);
      assertPrivate(environment.ROWHOUSE_DATA_DIR, words.join(' '));
    };
    const file = join(folder.path, 'quarry.sqlite');
    writeFileSync(file, databaseFile(stones(100)));
    await run('import', file, '--project', 'quarry', '--create');
    await run('import', file, '--project', 'quarry', '--replace');
    await run('admin', 'rotate');
    const out = join(folder.path, 'quarry.zip');
    await run('export', 'database', '--project', 'quarry', '--out', out);
    // The user's own file has the permissions that the user's umask gives.
    assert.equal(modeOf(out), '666');
    assert.ok(existsSync(join(environment.ROWHOUSE_DATA_DIR, 'service.key')));
  },
);
