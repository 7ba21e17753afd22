import { scryptSync } from 'node:crypto';

import { serveRpc } from '../../../runtime/threads/serve-rpc.ts';
import type { PasswordMethods } from './password-methods.ts';

const HASH_BYTES = 32;

serveRpc<PasswordMethods>({ derive }, () => undefined);

/** Synchronous, so it runs on this thread and not on Node's thread pool, which reads and writes files. */
function derive({
  password,
  salt,
  cost: { ln, r, p },
}: PasswordMethods['derive']['input']): PasswordMethods['derive']['output'] {
  const options = { N: 2 ** ln, r, p, maxmem: 2 * 128 * 2 ** ln * r };
  return scryptSync(Buffer.from(password, 'utf8'), salt, HASH_BYTES, options);
}
