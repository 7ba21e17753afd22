import type { FastifyReply, FastifyRequest } from 'fastify';

import { type Credential, isOfProject, senderNumberOf } from '../../core/credential.ts';
import { slugInPath } from '../fields/project-slug.ts';
import { type CallToGroup, type OperationGrouper, operationHeaders, REJECTED } from './operation-grouping.ts';
import type { ProjectIdentity, ProjectIds } from './project-ids.ts';

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
  if (isOfProject(credential)) {
    request.projectId = credential.projectId;
    return group(request, reply, credential, parts);
  }
  const slug = slugInPath(request.params);
  const found = slug === null ? null : parts.projectIds.find(slug);
  if (found instanceof Promise) return identifyLater(request, reply, credential, { ...parts, found });
  request.projectId = found?.id ?? null;
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
  { found, ...parts }: Parts & { readonly found: Promise<ProjectIdentity | null> },
): Promise<void> {
  request.projectId = (await found)?.id ?? null;
  await group(request, reply, credential, parts);
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
  const call = { projectId: request.projectId, tokenId: senderNumberOf(credential), operationKey, runId };
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
