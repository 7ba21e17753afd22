import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { WarmPool } from '../system/warm-pool.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const servers = new WarmPool(() => startTestServer());

/**
 * A server with the default settings and without projects, for one test at a time: a warm server creates a project in a tenth of the
 * time that a new one takes. At the end of the test, the projects are deleted. Users of the account and the admin's
 * idempotency keys remain, so a test about these starts a server of its own.
 */
export async function borrowTestServer(): Promise<TestServer> {
  const server = await servers.take();
  return {
    ...server,
    [Symbol.asyncDispose]: async () => {
      // A server that cannot be emptied is not used again.
      if (await empty(server).catch(() => false)) servers.giveBack(server);
      else await server[Symbol.asyncDispose]();
    },
  };
}

/** Returns whether nothing is left. A test may leave files that the server does not know. */
async function empty(server: TestServer): Promise<boolean> {
  const { body } = await server.call('GET', '/projects?limit=500');
  for (const { project_slug } of body.data.projects) {
    const json = { confirm_project_slug: project_slug };
    await server.call('DELETE', `/projects/${project_slug}`, { json });
  }
  const folders = ['projects', 'exports'].map((folder) => join(server.dataDir, folder));
  return folders.every((folder) => readdirSync(folder).length === 0);
}
