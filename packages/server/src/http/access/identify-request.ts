import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Credential } from '../../core/credential.ts';
import { slugInPath } from '../fields/project-slug.ts';
import { type CallToGroup, type OperationGrouper, operationHeaders, REJECTED } from './operation-grouping.ts';
import type { ProjectIds } from './project-ids.ts';

/**
 * Determines the project of an authenticated request and adds the request to its operation run. Returns null when done;
 * mostly there is nothing to wait for.
 */
export function identifyRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  credential: Credential,
  parts: Parts,
): Promise<void> | null {
  const projectId = projectIdOf(request, credential, parts);
  if (projectId instanceof Promise) return identifyLater(request, reply, credential, { ...parts, projectId });
  request.projectId = projectId;
  return group(request, reply, credential, parts);
}

interface Parts {
  readonly projectIds: ProjectIds;
  readonly grouper: OperationGrouper | null;
}

async function identifyLater(
  request: FastifyRequest,
  reply: FastifyReply,
  credential: Credential,
  { projectId, ...parts }: Parts & { readonly projectId: Promise<number | null> },
): Promise<void> {
  request.projectId = await projectId;
  await group(request, reply, credential, parts);
}

function projectIdOf(
  { params }: FastifyRequest,
  credential: Credential,
  { projectIds }: Parts,
): number | null | Promise<number | null> {
  if (credential.kind === 'project_token') return credential.projectId;
  const slug = slugInPath(params);
  return slug === null ? null : projectIds.idOf(slug);
}

function group(
  request: FastifyRequest,
  reply: FastifyReply,
  credential: Credential,
  { grouper }: Parts,
): Promise<void> | null {
  const headers = grouper === null ? null : operationHeaders(request);
  if (grouper === null || headers === null) return null;
  if (headers === 'invalid') {
    request.grouping = REJECTED;
    return null;
  }
  const { operationKey, runId } = headers;
  const tokenId = credential.kind === 'admin' ? null : credential.tokenId;
  const call = { projectId: request.projectId, tokenId, operationKey, runId };
  const recalled = grouper.recall(call);
  if (recalled !== null) return groupLater(request, reply, { grouper, call, recalled });
  request.grouping = grouper.group(call);
  return null;
}

async function groupLater(
  request: FastifyRequest,
  reply: FastifyReply,
  {
    grouper,
    call,
    recalled,
  }: {
    readonly grouper: OperationGrouper;
    readonly call: CallToGroup;
    readonly recalled: Promise<void>;
  },
): Promise<void> {
  await recalled;
  // If the client has disconnected meanwhile, the observers have already run, and nothing would end a call that starts now.
  if (!reply.raw.closed) request.grouping = grouper.group(call);
}
