import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { ADMIN_TOKEN } from '../../testing/http/test-server.ts';
import { smallDisk } from '../../testing/system/small-disk.ts';
import { type RunningCommand, startCommandServer } from '../../testing/tools/command.ts';

const bootstrap = {
  project_slug: 'crm',
  project_name: 'CRM',
  initial_project_user: { username: 'ada', password: 'correct horse battery' },
  project_api_tokens: [{ account_user_id: 1 }],
  tables: [
    {
      table_name: 'notes',
      columns: [{ name: 'note' }],
      seed: Array.from({ length: 1_000 }, (_, number) => ({ note: `${number} ${'x'.repeat(300)}` })),
    },
  ],
};

test('with little space on the disk, a bootstrap succeeds or fails completely', async (context) => {
  using disk = smallDisk();
  await using server = await startCommandServer({
    ROWHOUSE_DATA_DIR: disk.path,
    ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN,
    ROWHOUSE_SAMPLE_PROJECT: 'off',
  });
  const statuses: number[] = [];
  for (const roomBytes of [0, 8_192, 65_536, 262_144, 400_000, 500_000, 1_000_000]) {
    disk.fill(server.pid, roomBytes);
    const status = await call(server, 'POST', '/bootstrap', bootstrap);
    statuses.push(status);
    disk.free(server.pid);
    if (status === 201) {
      assert.equal(await call(server, 'GET', '/projects/crm/records/notes/1000'), 200);
      assert.equal(await call(server, 'DELETE', '/projects/crm', { confirm_project_slug: 'crm' }), 200);
    }
    assert.equal(await call(server, 'GET', '/projects/crm'), 404);
    assert.deepEqual(readdirSync(join(disk.path, 'projects')), [], `with room for ${roomBytes} bytes`);
  }
  context.diagnostic(`${disk.kind}: ${statuses.join(' ')}`);
  assert.ok(
    statuses.every((status) => [201, 503, 507].includes(status)),
    'no fault of the service',
  );
  assert.equal(statuses[0], 507);
  assert.equal(statuses.at(-1), 201);
});

async function call(server: RunningCommand, method: string, path: string, json?: object): Promise<number> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  const body = json === undefined ? null : JSON.stringify(json);
  const response = await fetch(server.url + path, { method, headers, body });
  await response.body?.cancel();
  return response.status;
}
