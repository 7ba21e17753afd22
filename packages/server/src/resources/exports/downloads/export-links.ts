import { createHmac, timingSafeEqual } from 'node:crypto';

import { recordChange } from '../../../catalog/audit-trail.ts';
import type { Catalog } from '../../../catalog/catalog.ts';
import { writeOnce } from '../../../catalog/idempotency-store.ts';
import type { ExportRow, ProjectRow } from '../../../catalog/tables.ts';
import type { Credential } from '../../../core/credential.ts';
import { RowhouseError } from '../../../core/errors.ts';
import type { SealedRequest, Replayable } from '../../../core/idempotency.ts';
import { timestamp } from '../../../core/ids.ts';
import type { Requester } from '../../../core/requester.ts';
import type { LinkKeys } from './link-keys.ts';
import { allowsLinks, type LinkTerms, termsOfLink } from './link-maker.ts';

export interface LinkRequest {
  readonly project: ProjectRow;
  readonly export: ExportRow;
  /** The credential of the request. */
  readonly credential: Credential;
  readonly by: Requester;
  /** In seconds; undefined for the default. */
  readonly lifetime: number | undefined;
}

/** The parameters of a link, besides the export's id. */
export interface SignedLink extends LinkTerms {
  /** HMAC-SHA256 in base64url. */
  readonly signature: string;
}

/**
 * Signs and verifies links that download an export without a token. Each link is signed with a key of the project; a new key
 * revokes all existing links. https://www.rfc-editor.org/rfc/rfc2104
 */
export class ExportLinks {
  readonly #catalog: Catalog;
  readonly #keys: LinkKeys;

  constructor(catalog: Catalog, keys: LinkKeys) {
    this.#catalog = catalog;
    this.#keys = keys;
  }

  /** @throws RowhouseError like `termsOfLink`, and `idempotency_mismatch`. */
  async sign(
    { project, export: { id }, credential, by, lifetime }: LinkRequest,
    request: SealedRequest | null,
  ): Promise<Replayable<SignedLink>> {
    return writeOnce(this.#catalog, request, async (transaction) => {
      const terms = await termsOfLink(transaction, credential, lifetime);
      const key = await this.#keys.forNewLink(transaction, project.id);
      const after = { expires_at: timestamp(new Date(terms.expires * 1_000)) };
      await recordChange(transaction, by, { action: 'export_link.created', project, subject: id, after });
      return { ...terms, signature: signatureOf(key, id, terms) };
    });
  }

  /** Returns the project of a link's export. @throws RowhouseError `invalid_link`, with the same message for every cause. */
  async open(id: string, { signature, ...terms }: SignedLink): Promise<ProjectRow> {
    const project = await this.#catalog
      .selectFrom('projects')
      .innerJoin('exports', 'exports.project_id', 'projects.id')
      .innerJoin('accounts', 'accounts.id', 'projects.account_id')
      .selectAll('projects')
      .where('exports.id', '=', id)
      .where('accounts.disabled_at', 'is', null)
      .executeTakeFirst();
    const key = project === undefined ? null : this.#keys.read(project);
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
    by: Requester,
    request: SealedRequest | null,
  ): Promise<Replayable<{ readonly ended: true }>> {
    return writeOnce(this.#catalog, request, async (transaction) => {
      await this.#keys.replace(transaction, project.id);
      await recordChange(transaction, by, { action: 'export_links.ended', project, subject: null });
      return { ended: true };
    });
  }
}

/** Without a maker, signs as before links had makers, so these older links stay valid. */
function signatureOf(key: Buffer, id: string, { expires, maker }: LinkTerms): string {
  const signed = maker === undefined ? [id, expires] : [id, expires, maker];
  return createHmac('sha256', key).update(signed.join('\n')).digest('base64url');
}

function invalidLink(): RowhouseError {
  return new RowhouseError('invalid_link', 'The link was altered, has expired or was revoked.');
}
