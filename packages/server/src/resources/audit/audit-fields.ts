import { type Static, Type } from 'typebox';

import { AUDIT_ACTIONS } from '../../catalog/audit-actions.ts';
import type { AuditEventRow } from '../../catalog/tables.ts';

const nullableText = Type.Union([Type.String(), Type.Null()]);
const facts = Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]);

export const auditAction = Type.Enum([...AUDIT_ACTIONS], {
  description: 'What happened: the kind of the changed object, and the change.',
});

/** An event of the audit trail in an answer. */
export const auditEventFields = Type.Object(
  {
    id: Type.Integer(),
    created_at: Type.String(),
    action: auditAction,
    subject: nullableText,
    project_slug: nullableText,
    actor: Type.Object({
      type: Type.Enum(['admin', 'account_user', 'project_user', 'project_api_token', 'service']),
      id: Type.Union([Type.Integer(), Type.Null()]),
      name: nullableText,
    }),
    address: nullableText,
    request_id: nullableText,
    before: facts,
    after: facts,
  },
  { title: 'AuditEvent' },
);

export function toAuditEventFields(row: AuditEventRow): Static<typeof auditEventFields> {
  const { id, created_at, action, subject, project_slug, address, request_id } = row;
  return {
    id,
    created_at,
    action,
    subject,
    project_slug,
    actor: { type: row.actor_type, id: row.actor_id, name: row.actor_name },
    address,
    request_id,
    before: factsOf(row.before),
    after: factsOf(row.after),
  };
}

/** A project does not learn where the people outside of it work. */
export function toProjectAuditEventFields(row: AuditEventRow): Static<typeof auditEventFields> {
  const isOutside = row.actor_type === 'admin' || row.actor_type === 'account_user';
  return { ...toAuditEventFields(row), address: isOutside ? null : row.address };
}

function factsOf(json: string | null): Record<string, unknown> | null {
  return json === null ? null : (JSON.parse(json) as Record<string, unknown>);
}
