import type { Catalog } from '../../catalog/catalog.ts';
import { projectById } from '../../catalog/project-by-id.ts';
import type { Credential } from '../../core/credential.ts';
import type { ProjectRef } from '../../core/project-ref.ts';
import type { Requester } from '../../core/requester.ts';
import { type RequestedGrant, attenuateGrant } from './attenuate-grant.ts';
import { type NewToken, insertToken } from './insert-token.ts';
import { issuerInForce } from './issuer.ts';

export interface TokenRequest {
  readonly project: ProjectRef;
  /** The credential of the request. */
  readonly issuer: Credential;
  readonly by: Requester;
  readonly name: string;
  /** Whether to revoke the earlier tokens of the same account user in this project. */
  readonly revokePrevious: boolean;
  readonly grant: RequestedGrant;
  /** Whether the token is removed soon after its end. */
  readonly temporary?: boolean;
}

/**
 * Creates a token with at most the rights of its issuer. Call it in a transaction, which checks the issuer again: if two
 * tokens revoke each other concurrently, only one succeeds.
 * @throws RowhouseError `invalid_token` if the issuer was revoked meanwhile; `permission_denied` if the request exceeds the
 * issuer's rights.
 */
export async function issueToken(transaction: Catalog, request: TokenRequest): Promise<NewToken> {
  const project = await projectById(transaction, request.project);
  const { grant: own, ...user } = await issuerInForce(transaction, request.issuer, project);
  const grant = attenuateGrant(own, request.grant);
  return insertToken(transaction, {
    project,
    ...user,
    token_name: request.name,
    grant,
    revokePrevious: request.revokePrevious,
    by: request.by,
    ...(request.temporary !== undefined && { temporary: request.temporary }),
  });
}
