import { randomBytes } from 'node:crypto';

import { temporaryFolder } from '../system/temporary-folder.ts';
import { WarmPool } from '../system/warm-pool.ts';
import { startCommandServer } from './command.ts';

interface CommandServer extends AsyncDisposable {
  readonly url: string;
  /** The admin credential. */
  readonly admin: string;
}

/** Servers that the real command starts, with the default limits, for one file of tests after another. */
export const commandServers = new WarmPool<CommandServer>(async () => {
  const folder = temporaryFolder();
  const admin = `adm_command_${randomBytes(16).toString('hex')}`;
  const server = await startCommandServer({
    ROWHOUSE_DATA_DIR: folder.path,
    ROWHOUSE_ADMIN_TOKEN: admin,
    ROWHOUSE_SAMPLE_PROJECT: 'off',
    ROWHOUSE_QUERY_TIMEOUT_MS: '5000',
  });
  return {
    url: server.url,
    admin,
    [Symbol.asyncDispose]: async () => {
      await server.stop('SIGTERM');
      folder[Symbol.dispose]();
    },
  };
});
