import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { ADMIN_TOKEN } from '../../testing/http/test-server.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { startCommandServer } from '../../testing/tools/command.ts';

const PASSWORD = 'correct horse battery';
const ada = { username: 'ada', password: PASSWORD };
const crm = {
  project_slug: 'crm',
  project_name: 'CRM',
  initial_project_user: ada,
  project_api_tokens: [{ account_user_id: 1 }],
};

test('passwords and tokens are in no log, in no file, and only in the answer that returns a new token', async () => {
  using folder = temporaryFolder();
  await using server = await startCommandServer({
    ROWHOUSE_DATA_DIR: folder.path,
    ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN,
    ROWHOUSE_SAMPLE_PROJECT: 'off',
    ROWHOUSE_LOG_LEVEL: 'trace',
  });
  const answers: string[] = [];
  const call = async (method: string, path: string, json: unknown, token = ADMIN_TOKEN) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = json === undefined ? null : JSON.stringify(json);
    const response = await fetch(server.url + path, { method, headers, body });
    answers.push(await response.text());
    return { status: response.status, text: answers.at(-1) ?? '' };
  };
  const secrets = new Set([PASSWORD, ADMIN_TOKEN]);
  const tokenIn = (text: string) => {
    const token = /pat_[0-9A-Za-z]{42}/.exec(text)?.[0] ?? assert.fail(text);
    assert.ok(!secrets.has(token), 'each is shown once');
    secrets.add(token);
    return token;
  };

  const production = tokenIn((await call('POST', '/bootstrap', crm)).text);
  const session = tokenIn((await call('POST', '/projects/crm/auth/login', ada)).text);
  const made = { token_name: 'x', revoke_previous: false };
  tokenIn((await call('POST', '/projects/crm/auth/tokens', made, session)).text);
  tokenIn((await call('POST', '/projects/crm/auth/tokens/test', {}, session)).text);
  // Failures in the HTTP server, in the catalog, on a thread, and inside the service.
  await call('POST', '/bootstrap', { ...crm, colour: PASSWORD });
  await call('POST', '/bootstrap', crm);
  const twice = { table_name: 't', columns: [{ name: 'a', unique: true }], seed: [{ a: 1 }, { a: 1 }] };
  await call('POST', '/bootstrap', { ...crm, project_slug: 'other', tables: [twice] });
  await call('POST', '/projects/crm/auth/login', { ...ada, username: 'eve' });
  await call('GET', '/projects/crm/auth/tokens', undefined, production);
  await rm(join(folder.path, 'projects', 'crm'), { recursive: true });
  assert.equal((await call('GET', '/projects/crm/tables', undefined, production)).status, 503);

  const shown = answers.join('\n');
  for (const secret of secrets) {
    const times = shown.split(secret).length - 1;
    assert.equal(times, secret.startsWith('pat_') ? 1 : 0, 'in the answers');
    assert.ok(!server.stderr().includes(secret), 'in the log');
    assert.ok(!(await bytesBelow(folder.path)).some((bytes) => bytes.includes(secret)), 'in a file');
  }
  assert.match(server.stderr(), /The request failed/, 'there was something in the log');
});

/** The current content of every file, including the write-ahead logs. */
async function bytesBelow(folder: string): Promise<readonly Buffer[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name))));
}
