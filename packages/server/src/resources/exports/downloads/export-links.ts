import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import type { Catalog } from '../../../catalog/catalog.ts';
import { writeOnce } from '../../../catalog/idempotency-store.ts';
import type { ExportRow, ProjectRow } from '../../../catalog/tables.ts';
import type { Credential } from '../../../core/credential.ts';
import { RowhouseError } from '../../../core/errors.ts';
import type { SealedRequest, Replayable } from '../../../core/idempotency.ts';
import { allowsLinks, type LinkTerms, termsOfLink } from './link-maker.ts';

export interface LinkRequest {
  readonly project: ProjectRow;
  readonly export: ExportRow;
  /** The credential of the request. */
  readonly credential: Credential;
  /** In seconds; undefined for the default. */
  readonly lifetime: number | undefined;
}

/** The parameters of a link, besides the export's id. */
export interface SignedLink extends LinkTerms {
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

  /** @throws RowhouseError like `termsOfLink`, and `idempotency_mismatch`. */
  async sign(
    { project, export: { id }, credential, lifetime }: LinkRequest,
    request: SealedRequest | null,
  ): Promise<Replayable<SignedLink>> {
    return writeOnce(this.#catalog, request, async (transaction) => {
      const terms = await termsOfLink(transaction, credential, lifetime);
      const key = project.export_link_key ?? (await firstKey(transaction, project));
      return { ...terms, signature: signatureOf(key, id, terms) };
    });
  }

  /** Returns the project of a link's export. @throws RowhouseError `invalid_link`, with the same message for every cause. */
  async open(id: string, { signature, ...terms }: SignedLink): Promise<ProjectRow> {
    const project = await this.#catalog
      .selectFrom('projects')
      .innerJoin('exports', 'exports.project_id', 'projects.id')
      .selectAll('projects')
      .where('exports.id', '=', id)
      .executeTakeFirst();
    const key = project?.export_link_key ?? null;
    if (project === undefined || key === null) throw invalidLink();
    // Compared as text, because several base64url texts decode to the same bytes.
    const presented = Buffer.from(signature);
    const right = Buffer.from(signatureOf(key, id, terms));
    const isRight = presented.byteLength === right.byteLength && timingSafeEqual(presented, right);
    if (!isRight || terms.expires * 1_000 <= Date.now()) throw invalidLink();
    if (terms.maker !== undefined && !(await allowsLinks(this.#catalog, terms.maker))) throw invalidLink();
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

/** Without a maker, signs as before links had makers, so these older links stay valid. */
function signatureOf(key: string, id: string, { expires, maker }: LinkTerms): string {
  const signed = maker === undefined ? [id, expires] : [id, expires, maker];
  return createHmac('sha256', Buffer.from(key, 'hex')).update(signed.join('\n')).digest('base64url');
}

function invalidLink(): RowhouseError {
  return new RowhouseError('invalid_link', 'The link was altered, has expired or was revoked.');
}
