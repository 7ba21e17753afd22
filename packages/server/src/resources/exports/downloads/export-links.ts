import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import type { Catalog } from '../../../catalog/catalog.ts';
import { writeOnce } from '../../../catalog/idempotency-store.ts';
import type { ExportRow, ProjectRow } from '../../../catalog/tables.ts';
import { RowhouseError } from '../../../core/errors.ts';
import type { SealedRequest, Replayable } from '../../../core/idempotency.ts';

/** The parameters of a link, besides the export's id. */
export interface SignedLink {
  /** In seconds since 1970. */
  readonly expires: number;
  /** HMAC-SHA256 in base64url. */
  readonly signature: string;
}

const KEY_BYTES = 32;

/**
 * Signs and verifies links that download an export without a token. Each link is signed with a key of the project; a new key
 * revokes all existing links. https://www.rfc-editor.org/rfc/rfc2104
 */
export class ExportLinks {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  async sign(
    project: ProjectRow,
    { id }: ExportRow,
    expires: number,
    request: SealedRequest | null,
  ): Promise<Replayable<SignedLink>> {
    return writeOnce(this.#catalog, request, async (transaction) => {
      const key = project.export_link_key ?? (await firstKey(transaction, project));
      return { expires, signature: signatureOf(key, id, expires) };
    });
  }

  /** Returns the project of a link's export. @throws RowhouseError `invalid_link`, with the same message for every cause. */
  async open(id: string, { expires, signature }: SignedLink): Promise<ProjectRow> {
    const project = await this.#catalog
      .selectFrom('projects')
      .innerJoin('exports', 'exports.project_id', 'projects.id')
      .innerJoin('accounts', 'accounts.id', 'projects.account_id')
      .selectAll('projects')
      .where('exports.id', '=', id)
      .where('accounts.disabled_at', 'is', null)
      .executeTakeFirst();
    const key = project?.export_link_key ?? null;
    if (project === undefined || key === null) throw invalidLink();
    // Compared as text, because several base64url texts decode to the same bytes.
    const presented = Buffer.from(signature);
    const right = Buffer.from(signatureOf(key, id, expires));
    const isRight = presented.byteLength === right.byteLength && timingSafeEqual(presented, right);
    if (!isRight || expires * 1_000 <= Date.now()) throw invalidLink();
    return project;
  }

  /** Revokes every link to the project's exports. */
  async endAll(
    project: ProjectRow,
    request: SealedRequest | null,
  ): Promise<Replayable<{ readonly ended: true }>> {
    return writeOnce(this.#catalog, request, async (transaction) => {
      const change = { export_link_key: newKey() };
      await transaction.updateTable('projects').set(change).where('id', '=', project.id).execute();
      return { ended: true };
    });
  }
}

/** Returns the project's first key. Concurrent requests for the first link get the same key. */
async function firstKey(transaction: Catalog, project: ProjectRow): Promise<string> {
  await transaction
    .updateTable('projects')
    .set({ export_link_key: newKey() })
    .where('id', '=', project.id)
    .where('export_link_key', 'is', null)
    .execute();
  const row = await transaction
    .selectFrom('projects')
    .select('export_link_key')
    .where('id', '=', project.id)
    .executeTakeFirst();
  if (row === undefined || row.export_link_key === null) throw invalidLink();
  return row.export_link_key;
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString('hex');
}

function signatureOf(key: string, id: string, expires: number): string {
  return createHmac('sha256', Buffer.from(key, 'hex')).update(`${id}\n${expires}`).digest('base64url');
}

function invalidLink(): RowhouseError {
  return new RowhouseError('invalid_link', 'The link was altered, has expired or was revoked.');
}
