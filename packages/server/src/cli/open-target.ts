import { type Config, ConfigError } from '../core/config.ts';
import { RemoteTarget } from './remote-target.ts';
import type { Target } from './target.ts';
import { UsageError } from './usage-error.ts';

/** Opens a running server if an option or a setting names one; otherwise the data folder. */
export async function openTarget(
  config: Config,
  options: {
    readonly url?: string | undefined;
    readonly token?: string | undefined;
    /** Whether to create a missing data folder. */
    readonly create: boolean;
  },
): Promise<Target> {
  const url = options.url ?? config.url;
  // Loaded only when used, because it imports the whole service.
  if (url === null) return (await import('./local-target.ts')).openLocalTarget(config, options);
  const token = options.token ?? config.token;
  if (token === null) throw new UsageError('a running server requires a token: --token or ROWHOUSE_TOKEN');
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new ConfigError(`--url must be an http:// or https:// address, not ${JSON.stringify(url)}`);
  }
  return new RemoteTarget(url, token);
}
