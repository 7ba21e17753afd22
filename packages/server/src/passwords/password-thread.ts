import { scryptSync } from 'node:crypto';
import { createRequire } from 'node:module';

import type { dictionary } from '@zxcvbn-ts/language-common';

import { serveRpc } from '../runtime/threads/serve-rpc.ts';
import type { PasswordMethods } from './password-methods.ts';

const HASH_BYTES = 32;

serveRpc<PasswordMethods>({ derive, isCommon }, () => undefined);

/** Synchronous, so it runs on this thread and not on Node's thread pool, which reads and writes files. */
function derive({
  password,
  salt,
  cost: { ln, r, p },
}: PasswordMethods['derive']['input']): PasswordMethods['derive']['output'] {
  const options = { N: 2 ** ln, r, p, maxmem: 2 * 128 * 2 ** ln * r };
  return scryptSync(Buffer.from(password, 'utf8'), salt, HASH_BYTES, options);
}

let commonPasswords: ReadonlySet<string> | null = null;

function isCommon(password: string): boolean {
  commonPasswords ??= loadCommonPasswords();
  return commonPasswords.has(password.toLowerCase());
}

/** Loads the list when the first password is checked, which takes about 30 ms and 4 MB. An operation cannot await `import()`. */
function loadCommonPasswords(): ReadonlySet<string> {
  const list = createRequire(import.meta.url)('@zxcvbn-ts/language-common') as CommonPasswordList;
  return new Set(list.dictionary['passwords-common']);
}

interface CommonPasswordList {
  readonly dictionary: typeof dictionary;
}
