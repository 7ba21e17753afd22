import { timestamp } from '../core/ids.ts';
import type { Requester } from '../core/requester.ts';
import type { AuditAction } from './audit-actions.ts';
import type { Catalog } from './catalog.ts';
import type { AuditEventRow, ProjectRow } from './tables.ts';

/** A change of who may do what, or of what exists. */
export interface AuditedChange {
  /** What happened to the subject, such as `token.created`. */
  readonly action: AuditAction;
  /** The project that may read the event; omitted for changes outside of any project. */
  readonly project?: Pick<ProjectRow, 'id' | 'project_slug' | 'account_id'>;
  readonly accountId?: number;
  /** The id or the name of the changed object; null if the action has only one. */
  readonly subject: number | string | null;
  /** The changed facts, without secrets. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

/** Adds an event to the trail. Call it in the transaction of the change, so that neither exists without the other. */
export async function recordChange(
  transaction: Catalog,
  { actor, address, requestId }: Requester,
  { action, project, accountId, subject, before, after }: AuditedChange,
): Promise<void> {
  await transaction
    .insertInto('audit_events')
    .values({
      created_at: timestamp(),
      action,
      actor_type: actor.type,
      actor_id: actor.id,
      actor_name: actor.name,
      address,
      request_id: requestId,
      account_id: project?.account_id ?? accountId ?? null,
      project_id: project?.id ?? null,
      project_slug: project?.project_slug ?? null,
      subject: subject === null ? null : String(subject),
      before: before === undefined ? null : JSON.stringify(before),
      after: after === undefined ? null : JSON.stringify(after),
    })
    .execute();
}

export interface AuditPage {
  /** Only the events of this project; null for all. */
  readonly projectId: number | null;
  readonly limit: number;
  /** Only events with a smaller id. */
  readonly before: number | null;
  readonly action: AuditAction | null;
}

/** Returns the newest events first. `hasMore` states whether older ones follow. */
export async function readAuditTrail(
  catalog: Catalog,
  { projectId, limit, before, action }: AuditPage,
): Promise<{ readonly rows: readonly AuditEventRow[]; readonly hasMore: boolean }> {
  const rows = await catalog
    .selectFrom('audit_events')
    .selectAll()
    .$if(projectId !== null, (query) => query.where('project_id', '=', projectId))
    .$if(before !== null, (query) => query.where('id', '<', before))
    .$if(action !== null, (query) => query.where('action', '=', action))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
}

/** Returns whether the trail has an event of this request. */
export async function isRecorded(catalog: Catalog, requestId: string): Promise<boolean> {
  const row = await catalog
    .selectFrom('audit_events')
    .select('id')
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  return row !== undefined;
}

const DAY_MS = 86_400_000;

/** Removes the events of more than so many days ago. Nothing else removes an event. */
export async function sweepAuditTrail(catalog: Catalog, keptDays: number): Promise<void> {
  const oldest = timestamp(new Date(Date.now() - keptDays * DAY_MS));
  await catalog.deleteFrom('audit_events').where('created_at', '<', oldest).execute();
}
