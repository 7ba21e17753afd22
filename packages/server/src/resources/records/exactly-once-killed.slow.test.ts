import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { eventually } from '../../testing/system/waiting.ts';
import { type RunningCommand, startCommandServer } from '../../testing/tools/command.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const ADMIN_TOKEN = 'an-admin-token-given-by-hand';
/** More with KILLED_RUNS (`npm run test:long`). */
const KILLS = Number(process.env['KILLED_RUNS'] ?? 4);
const WRITES_EACH = 250;
const WRITES = KILLS * WRITES_EACH;
const CLIENTS = 16;

test(`${WRITES} writes with idempotency keys take effect exactly once, although the server is killed ${KILLS} times`, async (context) => {
  using folder = temporaryFolder();
  const environment = { ROWHOUSE_DATA_DIR: folder.path, ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN };
  let server = await startCommandServer(environment);
  const table = { table_name: 'entries', columns: [{ column_name: 'name' }] };
  assert.equal((await post(server, 'table', table, 'table')).status, 201);
  const progress = { begun: 0 };
  // After a failure the other parts of the test end, too.
  const over = new AbortController();
  let killed = 0;
  let replays = 0;
  const write = async () => {
    while (progress.begun < WRITES) {
      const number = progress.begun++;
      for (let done = false; !done;) {
        over.signal.throwIfAborted();
        const to = server;
        const answer = await post(to, ...writeOf(number), `write-${number}`).catch(() => null);
        if (answer === null) await setTimeout(10);
        else {
          assert.ok([200, 201].includes(answer.status), `write ${number}: ${answer.status}`);
          if (answer.headers.get('idempotency-replayed') === 'true') replays++;
          done = true;
        }
      }
    }
  };
  const kill = async () => {
    for (; killed < KILLS; killed++) {
      // At a random point within its share of the writes.
      const due = (killed + Math.random()) * WRITES_EACH;
      await eventually(() => over.signal.aborted || progress.begun >= due);
      over.signal.throwIfAborted();
      await server.stop('SIGKILL');
      server = await startCommandServer(environment);
    }
  };
  const parts = [kill(), ...Array.from({ length: CLIENTS }, write)];
  await Promise.all(parts).finally(() => over.abort());
  const path = join(folder.path, 'projects', 'example_project', 'database.sqlite');
  await server.stop('SIGTERM');
  const counts =
    'SELECT count(*), count(DISTINCT name), (SELECT count(*) FROM _rowhouse_idempotency) FROM entries;';
  const rows = Array.from({ length: WRITES }, (_, number) => namesOf(number)).flat().length;
  assert.equal(runSqliteShell(path, counts), `${rows}|${rows}|${WRITES + 1}\n`);
  assert.equal(runSqliteShell(path, 'PRAGMA integrity_check;'), 'ok\n');
  context.diagnostic(`${replays} of ${WRITES} writes had been done, and their answers lost`);
});

function namesOf(number: number): readonly string[] {
  return number % 4 < 2 ? [`row ${number}`] : [`row ${number}`, `row ${number} too`];
}

/** One row, several rows, or a batch: short work and other work. */
function writeOf(number: number): readonly [string, unknown] {
  const rows = namesOf(number).map((name) => ({ name }));
  if (number % 4 < 2) return ['records/entries', rows[0]];
  if (number % 4 === 2) return ['records/entries', { rows }];
  const operations = rows.map((body) => ({ method: 'POST', path: '/records/entries', body }));
  return ['batch', { operations }];
}

function post(server: RunningCommand, path: string, body: unknown, key: string): Promise<Response> {
  return fetch(`${server.url}/projects/example_project/${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ADMIN_TOKEN}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(body),
  });
}
