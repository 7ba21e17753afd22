import { type RawBuilder, sql, type SqlBool } from 'kysely';

import type { Catalog } from '../../../catalog/catalog.ts';
import type { ExportRow } from '../../../catalog/tables.ts';
import { timestamp } from '../../../core/ids.ts';
import { foldName } from '../../../schema/identifier.ts';
import type { VisibleExports } from '../export-access.ts';
import type { MadeExport } from '../jobs/write-export.ts';
import { readsText } from './export-facts.ts';

/** The facts about an export before it runs. */
export type NewExport = Pick<
  ExportRow,
  | 'id'
  | 'project_id'
  | 'kind'
  | 'table_name'
  | 'format'
  | 'download_name'
  | 'storage_backend'
  | 'content_type'
  | 'reads'
  | 'request'
  | 'created_at'
  | 'expires_at'
>;

export type ExportStatusFilter = 'ready' | 'not_found' | 'pending' | 'running' | 'failed' | 'expired' | 'all';

/** The rows of exports in the catalog. Changing a row that was deleted meanwhile does nothing. */
export class ExportRepository {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  insert(values: NewExport): Promise<ExportRow> {
    const made = { ...NOTHING_KNOWN, ...values, status: 'pending' as const };
    return this.#catalog.insertInto('exports').values(made).returningAll().executeTakeFirstOrThrow();
  }

  async begin(id: string): Promise<void> {
    await this.#catalog
      .updateTable('exports')
      .set((build) => ({ status: 'running', attempts: build('attempts', '+', 1) }))
      .where('id', '=', id)
      .execute();
  }

  /** Returns the row; undefined if it was deleted meanwhile. */
  finish(id: string, made: MadeExport, fingerprint: string | null): Promise<ExportRow | undefined> {
    return this.#catalog
      .updateTable('exports')
      .set({
        status: 'ready',
        notes: JSON.stringify(made.warnings.map((warning) => `${warning}.`)),
        ...(made.tableName !== null && { table_name: made.tableName }),
        reads: readsText(made.reads),
        row_count: made.rowCount,
        table_count: made.tableCount,
        size_bytes: made.sizeBytes,
        sha256: made.sha256,
        request: null,
        fingerprint,
        ended_at: timestamp(),
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
  }

  /** Marks an export as ready that shares the file of another ready export. */
  finishShared(
    id: string,
    { row_count, table_count, size_bytes, sha256, table_name, reads, ...same }: ExportRow,
  ): Promise<ExportRow | undefined> {
    const { status, notes, fingerprint } = same;
    const facts = { row_count, table_count, size_bytes, sha256, table_name, reads };
    return this.#catalog
      .updateTable('exports')
      .set({ ...facts, status, notes, fingerprint, request: null, ended_at: timestamp() })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
  }

  /** Does not change an export that has ended meanwhile. */
  async fail(id: string, reason: string): Promise<void> {
    await this.#end(id, UNFINISHED, { status: 'failed', status_reason: reason });
  }

  async expire(id: string): Promise<void> {
    await this.#end(id, ['ready'], { status: 'expired', status_reason: 'The export has expired.' });
  }

  async #end(
    id: string,
    from: readonly ExportRow['status'][],
    end: Pick<ExportRow, 'status' | 'status_reason'>,
  ): Promise<void> {
    await this.#catalog
      .updateTable('exports')
      .set({ ...end, request: null, fingerprint: null, ended_at: timestamp() })
      .where('id', '=', id)
      .where('status', 'in', from)
      .execute();
  }

  /** Marks the export to run again. */
  async requeue(id: string): Promise<void> {
    await this.#catalog
      .updateTable('exports')
      .set({ status: 'pending' })
      .where('id', '=', id)
      .where('status', 'in', UNFINISHED)
      .execute();
  }

  async delete(id: string): Promise<void> {
    await this.#catalog.deleteFrom('exports').where('id', '=', id).execute();
  }

  find(projectId: number, id: string): Promise<ExportRow | undefined> {
    return this.#catalog
      .selectFrom('exports')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('id', '=', id)
      .executeTakeFirst();
  }

  /** Returns a ready export with the same content. */
  findSame(projectId: number, fingerprint: string): Promise<ExportRow | undefined> {
    return this.#catalog
      .selectFrom('exports')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('fingerprint', '=', fingerprint)
      .where('status', '=', 'ready')
      .where('missing_at', 'is', null)
      .orderBy('sequence', 'desc')
      .executeTakeFirst();
  }

  ofProject(projectId: number): Promise<readonly ExportRow[]> {
    return this.#catalog.selectFrom('exports').selectAll().where('project_id', '=', projectId).execute();
  }

  /** Returns the newest first, and one more than `limit` if there are more. */
  list(
    projectId: number,
    requested: {
      readonly status: ExportStatusFilter;
      readonly visible: VisibleExports;
      readonly limit: number;
      readonly offset: number;
    },
  ): Promise<readonly ExportRow[]> {
    const { kinds, tables } = requested.visible;
    let query = this.#seenAs(requested.status).where('project_id', '=', projectId).where('kind', 'in', kinds);
    if (tables !== null) query = query.where(withRowsOf(tables.map(foldName)));
    return query
      .orderBy('sequence', 'desc')
      .limit(requested.limit + 1)
      .offset(requested.offset)
      .execute();
  }

  /** The visible status: a ready export's file may be missing, or its expiry may be due before the sweep. */
  #seenAs(status: ExportStatusFilter) {
    const query = this.#catalog.selectFrom('exports').selectAll();
    const now = timestamp();
    switch (status) {
      case 'all':
        return query;
      case 'ready':
      case 'not_found':
        return query
          .where('status', '=', 'ready')
          .where('missing_at', status === 'ready' ? 'is' : 'is not', null)
          .where((build) => build.or([build('expires_at', 'is', null), build('expires_at', '>', now)]));
      case 'expired':
        return query.where((build) => {
          const overdue = build.and([build('status', '=', 'ready'), build('expires_at', '<=', now)]);
          return build.or([build('status', '=', 'expired'), overdue]);
        });
      case 'pending':
      case 'running':
      case 'failed':
        return query.where('status', '=', status);
    }
  }

  /** Returns the exports that are pending or running, the oldest first. */
  unfinished(): Promise<readonly ExportRow[]> {
    return this.#catalog
      .selectFrom('exports')
      .selectAll()
      .where('status', 'in', UNFINISHED)
      .orderBy('sequence')
      .execute();
  }

  /** Returns the ready exports that are due to expire. */
  overdue(): Promise<readonly ExportRow[]> {
    return this.#catalog
      .selectFrom('exports')
      .selectAll()
      .where('status', '=', 'ready')
      .where('expires_at', '<=', timestamp())
      .execute();
  }

  /** Returns the exports that failed or expired before a time. */
  endedBefore(time: string): Promise<readonly ExportRow[]> {
    return this.#catalog
      .selectFrom('exports')
      .selectAll()
      .where('status', 'in', ['failed', 'expired'])
      .where('ended_at', '<', time)
      .execute();
  }

  async setMissing(id: string, missingAt: string | null): Promise<void> {
    await this.#catalog.updateTable('exports').set({ missing_at: missingAt }).where('id', '=', id).execute();
  }

  async countDownloads(id: string, downloads: number): Promise<void> {
    await this.#catalog
      .updateTable('exports')
      .set((build) => ({ download_count: build('download_count', '+', downloads) }))
      .where('id', '=', id)
      .execute();
  }
}

/** As `readsOnly`: exports with rows of no other tables. */
function withRowsOf(tables: readonly string[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`reads IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM json_each(exports.reads) WHERE value NOT IN (${sql.join(tables)}))`;
}

const UNFINISHED = ['pending', 'running'] as const;

const NOTHING_KNOWN = {
  status_reason: null,
  row_count: null,
  table_count: null,
  size_bytes: null,
  sha256: null,
  fingerprint: null,
  missing_at: null,
  ended_at: null,
};
