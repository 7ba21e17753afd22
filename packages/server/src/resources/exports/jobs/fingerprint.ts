import { createHash } from 'node:crypto';

import { packageVersion } from '../../../core/package-version.ts';
import { type ExportRequest, writeRequest } from '../export-request.ts';

/**
 * Returns a fingerprint that is equal for exports with equal files: of the request, the database's content and the release.
 * @param contentVersion the content version of the project's database.
 */
export async function fingerprintOf(request: ExportRequest, contentVersion: string): Promise<string> {
  const parts = [await packageVersion(), contentVersion, writeRequest(request)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
