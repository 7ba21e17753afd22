import { type Static, Type } from 'typebox';

import { projectOf } from '../../http/access/project-ids.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { pageFields } from '../../http/fields/paging.ts';
import { projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import {
  auditAction,
  auditEventFields,
  toAuditEventFields,
  toProjectAuditEventFields,
} from './audit-fields.ts';
import type { Audit, AuditEvents } from './audit.ts';

const page = Type.Object(
  {
    limit: pageFields.limit,
    before: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'Only events with a smaller id: the `next_before` of the page before.',
      }),
    ),
    action: Type.Optional(auditAction),
  },
  { additionalProperties: false },
);

const answer = envelopeOf(
  Type.Object({
    events: Type.Array(auditEventFields),
    limit: Type.Integer(),
    returned: Type.Integer(),
    has_more: Type.Boolean(),
    next_before: Type.Union([Type.Integer(), Type.Null()]),
  }),
);

export function registerAuditRoutes(app: HttpServer, audit: Audit): void {
  app.get(
    '/audit',
    {
      config: { access: 'admin', operationId: 'listAuditEvents' },
      schema: { querystring: page, response: { 200: answer } },
    },
    async (request) => {
      const requested = pageOf(request.query);
      return success(request, toPage(requested, await audit.list(requested), toAuditEventFields));
    },
  );
  app.get(
    '/projects/:project/audit',
    {
      config: { access: 'project', scope: ['project', 'tokens'], operationId: 'listProjectAuditEvents' },
      schema: { params: projectPath({}), querystring: page, response: { 200: answer } },
    },
    async (request) => {
      const requested = pageOf(request.query);
      const found = await audit.listOfProject(projectOf(request), requested);
      return success(request, toPage(requested, found, toProjectAuditEventFields));
    },
  );
}

function pageOf({ limit = 50, before, action }: Static<typeof page>) {
  return { limit, before: before ?? null, action: action ?? null };
}

function toPage(
  { limit }: { readonly limit: number },
  { rows, hasMore }: AuditEvents,
  toFields: typeof toAuditEventFields,
) {
  const last = rows.at(-1);
  return {
    events: rows.map(toFields),
    limit,
    returned: rows.length,
    has_more: hasMore,
    next_before: hasMore && last !== undefined ? last.id : null,
  };
}
