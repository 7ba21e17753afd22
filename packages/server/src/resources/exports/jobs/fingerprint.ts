import { createHash } from 'node:crypto';

import { packageVersion } from '../../../core/package-version.ts';
import { type ExportRequest, writeRequest } from '../export-request.ts';

/**
 * What two exports have in common whose files are the same: what was asked for, what the database held, and which release wrote it.
 * @param contentVersion of the database.
 */
export async function fingerprintOf(request: ExportRequest, contentVersion: string): Promise<string> {
  const parts = [await packageVersion(), contentVersion, writeRequest(request)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
