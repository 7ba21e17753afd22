import type { Config } from '../core/config.ts';
import { parseArguments, targetOptions } from './arguments.ts';
import { openTarget } from './open-target.ts';
import { UsageError } from './usage-error.ts';

/** `rowhouse admin rotate` */
export async function adminCommand(words: readonly string[], config: Config): Promise<number> {
  const { url, token } = targetOptions;
  const { values, positionals } = parseArguments(words, { url, token });
  if (positionals.length !== 1 || positionals[0] !== 'rotate')
    throw new UsageError('say what to do: rowhouse admin rotate');
  const target = await openTarget(config, { ...values, create: false });
  try {
    const secret = await target.replaceAdminToken();
    process.stdout.write(`admin token, shown only once: ${secret}\n`);
    process.stderr.write(
      'note: if the service is started with ROWHOUSE_ADMIN_TOKEN, remove the variable: it ignores a replaced token\n',
    );
  } finally {
    await target.close();
  }
  return 0;
}
