import assert from 'node:assert/strict';
import { existsSync, openAsBlob, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { startCommandServer } from '../../testing/tools/command.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';

const ADMIN_TOKEN = 'an-admin-token-given-by-hand';
const FILE_BYTES = 300_000_000;
const GROWTH_BYTES = 150_000_000;

const skip = existsSync('/proc/self/status')
  ? false
  : 'this system does not tell the memory of a process in /proc';

test(
  'a large import is not held in memory, and other requests are answered meanwhile',
  { skip },
  async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'large.sqlite');
    // Random data, because zeroblob would make a sparse file.
    runSqliteShell(
      path,
      `PRAGMA page_size = 65536; PRAGMA synchronous = OFF; CREATE TABLE large (id INTEGER PRIMARY KEY, content BLOB);
     INSERT INTO large VALUES (1, randomblob(${FILE_BYTES}));`,
    );
    await using server = await startCommandServer({
      ROWHOUSE_DATA_DIR: join(folder.path, 'data'),
      ROWHOUSE_ADMIN_TOKEN: ADMIN_TOKEN,
    });
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const projectUrl = `${server.url}/projects/example_project`;
    const warmUp = await fetch(`${projectUrl}/export/schema`, { method: 'POST', headers });
    assert.equal(warmUp.status, 201);
    const before = peakMemoryBytes(server.pid);

    const importing = new AbortController();
    const importRequest = fetch(`${projectUrl}/import/sqlite?replace=true`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/vnd.sqlite3' },
      body: await openAsBlob(path, { type: 'application/vnd.sqlite3' }),
    }).finally(() => importing.abort());
    let answered = 0;
    while (!importing.signal.aborted) {
      const answer = await fetch(projectUrl, { headers });
      assert.equal(answer.status, 200, await answer.text());
      answered++;
    }
    const response = await importRequest;

    assert.equal(response.status, 201, await response.text());
    const stored = await stat(join(folder.path, 'data', 'projects', 'example_project', 'database.sqlite'));
    assert.ok(stored.size >= FILE_BYTES);
    assert.ok(answered >= 10, `${answered} requests were answered meanwhile`);
    const growth = peakMemoryBytes(server.pid) - before;
    assert.ok(growth < GROWTH_BYTES, `the memory of the server grew by ${growth} bytes`);
  },
);

/** The peak memory of the process. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function peakMemoryBytes(pid: number): number {
  const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}
