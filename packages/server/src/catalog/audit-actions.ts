/** What the audit trail records: the kind of the changed object, and what happened to it. */
export const AUDIT_ACTIONS = [
  'account.created',
  'account.changed',
  'account.removed',
  'account_user.created',
  'account_user.changed',
  'account_user.removed',
  'sign_in_link.created',
  'session.started',
  'session.ended',
  'password.set',
  'project.created',
  'project.renamed',
  'project.deleted',
  'project_user.created',
  'project_user.changed',
  'project_user.removed',
  'token.created',
  'token.revoked',
  'admin_token.replaced',
  'export_link.created',
  'export_links.ended',
  'export.deleted',
  'database.imported',
  'table.deleted',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];
