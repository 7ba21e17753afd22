import {
  type AuditedChange,
  type AuditPage,
  isRecorded,
  readAuditTrail,
  recordChange,
  sweepAuditTrail,
} from '../../catalog/audit-trail.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { findProjectById, projectById } from '../../catalog/project-by-id.ts';
import type { AuditEventRow } from '../../catalog/tables.ts';
import type { ProjectRef } from '../../core/project-ref.ts';
import type { Requester } from '../../core/requester.ts';
import type { ImportReport } from '../../engine/engine.ts';

export interface AuditEvents {
  readonly rows: readonly AuditEventRow[];
  readonly hasMore: boolean;
}

/** The trail of who changed what. */
export class Audit {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** Returns the newest events of all projects and accounts first. */
  list(page: Omit<AuditPage, 'projectId'>): Promise<AuditEvents> {
    return readAuditTrail(this.#catalog, { ...page, projectId: null });
  }

  /** @throws RowhouseError `not_found`. */
  async listOfProject(project: ProjectRef, page: Omit<AuditPage, 'projectId'>): Promise<AuditEvents> {
    const { id } = await projectById(this.#catalog, project);
    return readAuditTrail(this.#catalog, { ...page, projectId: id });
  }

  /**
   * Records a change of a project's database, which no transaction of the catalog contains.
   * @param replayOf the id of the earlier request that made the change. If the service died before it recorded the change, the
   * repeated request records it.
   */
  async record(
    { id }: ProjectRef,
    change: Omit<AuditedChange, 'project' | 'accountId'>,
    by: Requester,
    replayOf: string | null,
  ): Promise<void> {
    const project = await findProjectById(this.#catalog, id);
    if (project === undefined) return;
    if (replayOf !== null && (await isRecorded(this.#catalog, replayOf))) return;
    await recordChange(this.#catalog, { ...by, requestId: replayOf ?? by.requestId }, { ...change, project });
  }

  async sweep(keptDays: number): Promise<void> {
    await sweepAuditTrail(this.#catalog, keptDays);
  }
}

/** The event of an import. */
export function importedDatabase({
  tables,
  rows,
  replaced,
}: ImportReport): Pick<AuditedChange, 'action' | 'subject' | 'after'> {
  return { action: 'database.imported', subject: null, after: { tables, rows, replaced } };
}
