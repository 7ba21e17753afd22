import type { Catalog } from '../../catalog/catalog.ts';
import { findReplay } from '../../catalog/idempotency-store.ts';
import type { Credential } from '../../core/credential.ts';
import type { SealedRequest, Replayable } from '../../core/idempotency.ts';
import { timestamp } from '../../core/ids.ts';
import type { ProjectRef } from '../../core/project-ref.ts';
import type { Requester } from '../../core/requester.ts';
import type { ValueFormat } from '../../core/tagged-value.ts';
import type { Engine, FirstRow } from '../../engine/engine.ts';
import { allowedTables } from '../../http/access/permissions.ts';
import type { NewToken } from './insert-token.ts';
import type { Tokens } from './tokens.ts';

export interface AccessTestRequest {
  readonly project: ProjectRef;
  readonly issuer: Credential;
  readonly by: Requester;
  readonly name: string;
  readonly table: string | undefined;
  /** The form of the values of the sample row. */
  readonly valueFormat: ValueFormat;
}

export interface AccessTest {
  readonly token: NewToken;
  /** Null without a table. */
  readonly sample: FirstRow | null;
}

const LIFETIME_MS = 600_000;

/** Tests access with a token that is valid for ten minutes and revokes no other. */
export class AccessTests {
  readonly #catalog: Catalog;
  readonly #engine: Engine;
  readonly #tokens: Tokens;

  constructor(parts: { readonly catalog: Catalog; readonly engine: Engine; readonly tokens: Tokens }) {
    this.#catalog = parts.catalog;
    this.#engine = parts.engine;
    this.#tokens = parts.tokens;
  }

  /**
   * Reads first, so a failed test leaves no token.
   * @throws RowhouseError `not_found`, `conflict`; `permission_denied` if the issuer may not read the table;
   * `idempotency_mismatch`.
   */
  async run(requested: AccessTestRequest, request: SealedRequest | null): Promise<Replayable<AccessTest>> {
    const before = await findReplay<AccessTest>(this.#catalog, request);
    const { project, issuer, by, name } = requested;
    // Also before a stored answer is sent again: the sender may have lost the table.
    const sample = await this.#read(project, requested);
    if (before !== null) return before;
    const wanted = {
      project,
      issuer,
      by,
      name,
      revokePrevious: false,
      temporary: true,
      grant: { scopes: undefined, tables: undefined, expiresAt: await this.#expiry(issuer) },
    };
    return this.#tokens.createFor(wanted, request, (token) => ({ token, sample }));
  }

  async #read(
    project: ProjectRef,
    { issuer, table, valueFormat }: AccessTestRequest,
  ): Promise<FirstRow | null> {
    if (table === undefined) return null;
    return this.#engine.readFirstRow(project, { name: table, allowed: allowedTables(issuer), valueFormat });
  }

  /** Returns the expiry: in ten minutes, or with the issuer if that is sooner. Timestamps sort as text. */
  async #expiry(issuer: Credential): Promise<string> {
    const soon = timestamp(new Date(Date.now() + LIFETIME_MS));
    const own = issuer.kind === 'project_token' ? (await this.#tokens.get(issuer.tokenId)).expires_at : null;
    return own !== null && own < soon ? own : soon;
  }
}
