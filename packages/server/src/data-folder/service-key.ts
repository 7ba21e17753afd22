import { randomBytes, randomUUID } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { absentAsNull, hasCode } from '../runtime/disk/absent-as-null.ts';
import { syncDirectory } from '../runtime/disk/sync.ts';
import { DataFolderError } from './data-folder-error.ts';

const KEY_BYTES = 32;
const PRIVATE = 0o600;

/**
 * Returns the service key, which encrypts secrets in the catalog: 32 random bytes, in the file as base64. Creates the file if it
 * does not exist.
 * @throws DataFolderError if the file cannot be read or created, or holds something else.
 */
export async function openServiceKey(path: string): Promise<Uint8Array> {
  const text = (await read(path)) ?? (await create(path));
  const key = Buffer.from(text, 'base64');
  // Compared as text, because Node.js ignores everything in a base64 text that it cannot decode.
  if (key.byteLength === KEY_BYTES && key.toString('base64') === text) return key;
  throw new DataFolderError(
    `the key file ${path} must hold ${KEY_BYTES} bytes as base64: restore it from a backup, or remove it to create a new key, ` +
      'which ends all links to exports',
  );
}

/** Returns null if the file does not exist. */
async function read(path: string): Promise<string | null> {
  try {
    const text = await absentAsNull(readFile(path, 'latin1'));
    return text === null ? null : text.trim();
  } catch (error) {
    throw unusable(path, 'read', error);
  }
}

/** Writes a draft and links it, so the file is never incomplete and never replaces another one. Returns its content. */
async function create(path: string): Promise<string> {
  const text = randomBytes(KEY_BYTES).toString('base64');
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    const file = await open(draft, 'wx', PRIVATE);
    try {
      await file.writeFile(`${text}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    // Another server that uses the same file has created it meanwhile.
    const other = hasCode(error, 'EEXIST') ? await read(path) : null;
    if (other !== null) return other;
    throw unusable(path, 'created', error);
  } finally {
    await rm(draft, { force: true });
  }
  return text;
}

/** @throws the error itself if it is not a system error. */
function unusable(path: string, what: 'read' | 'created', error: unknown): DataFolderError {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  return new DataFolderError(
    `the key file ${path} cannot be ${what} (${String(error.code)}): correct it, or set ROWHOUSE_KEY_FILE to another file`,
  );
}
