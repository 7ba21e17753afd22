import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Credential } from './credential.ts';
import { type OperationGrouper, operationHeaders, REJECTED } from './operation-grouping.ts';
import type { ProjectIds } from './project-ids.ts';
import { slugInPath } from './project-slug.ts';

/** Says of a request that has just been authenticated which project it concerns, and puts it into its run of an operation. */
export async function identifyRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: {
    readonly credential: Credential;
    readonly projectIds: ProjectIds;
    readonly grouper: OperationGrouper | null;
  },
): Promise<void> {
  const projectId = projectIdOf(request, parts);
  request.projectId = projectId instanceof Promise ? await projectId : projectId;
  const { credential, grouper } = parts;
  const headers = grouper === null ? null : operationHeaders(request);
  if (grouper === null || headers === null) return;
  if (headers === 'invalid') {
    request.grouping = REJECTED;
    return;
  }
  const tokenId = credential.kind === 'admin' ? null : credential.tokenId;
  const call = { ...headers, projectId: request.projectId, tokenId };
  const recalled = grouper.recall(call);
  if (recalled !== null) await recalled;
  // Who has left meanwhile is told of already, and nobody would end what began now.
  if (!reply.raw.closed) request.grouping = grouper.group(call);
}

function projectIdOf(
  { params }: FastifyRequest,
  { credential, projectIds }: { readonly credential: Credential; readonly projectIds: ProjectIds },
): number | null | Promise<number | null> {
  if (credential.kind === 'project_token') return credential.projectId;
  const slug = slugInPath(params);
  return slug === null ? null : projectIds.idOf(slug);
}
