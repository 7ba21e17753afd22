import type { Readable } from 'node:stream';

import type { Catalog } from '../catalog/catalog.ts';
import type { ExportRow, ProjectRow } from '../catalog/tables.ts';
import type { Engine } from '../engine/engine.ts';
import { NoSuchProjectError, RowhouseError } from '../errors.ts';
import type { ByteRange, ExportFiles } from '../files/export-files.ts';
import { exportId, timestamp } from '../http/ids.ts';
import type { SchemaFormat } from '../schema/formats/format.ts';
import { explainStorageFault } from '../storage/explain-storage-fault.ts';
import { downloadName } from './download-name.ts';

export interface SchemaExportRequest {
  readonly format: SchemaFormat;
  readonly fileName: string | undefined;
}

export interface ExportListRequest {
  readonly status: 'ready' | 'not_found' | 'all';
  readonly limit: number;
  readonly offset: number;
}

/** Exports as objects that last: a row in the catalog and a file in the store, the file always first. */
export class Exports {
  readonly #catalog: Catalog;
  readonly #engine: Pick<Engine, 'exportSchema'>;
  readonly #files: ExportFiles;

  constructor(parts: {
    readonly catalog: Catalog;
    readonly engine: Pick<Engine, 'exportSchema'>;
    readonly files: ExportFiles;
  }) {
    this.#catalog = parts.catalog;
    this.#engine = parts.engine;
    this.#files = parts.files;
  }

  /**
   * Writes the project's schema to a new file; the export is ready when the promise resolves.
   * @throws RowhouseError `not_found` when the project was deleted meanwhile, whatever that broke.
   */
  async createSchemaExport(project: ProjectRow, request: SchemaExportRequest): Promise<ExportRow> {
    const { format } = request;
    const name = downloadName(request.fileName, `${project.project_slug}_schema_export`, format.extension);
    const key = { project: project.project_slug, exportId: exportId() };
    try {
      const draft = await this.#files.draftPath(key);
      const written = await this.#engine.exportSchema(project.project_slug, format.name, draft);
      await this.#files.publish(key);
      return await this.#insert({
        id: key.exportId,
        project_id: project.id,
        kind: 'schema_export',
        scope: 'project',
        format: format.name,
        download_name: name,
        storage_backend: this.#files.backend,
        content_type: format.contentType,
        row_count: null,
        table_count: null,
        size_bytes: written.sizeBytes,
        sha256: written.sha256,
        warning: written.warnings.length === 0 ? null : asSentences(written.warnings),
        missing_at: null,
        created_at: timestamp(),
        expires_at: null,
      });
    } catch (error) {
      await this.#files.remove(key);
      if (await this.#isDeleted(project)) throw new NoSuchProjectError();
      throw explainStorageFault(error);
    }
  }

  /** The newest first. `hasMore` tells whether others follow. */
  async list(
    project: ProjectRow,
    { status, limit, offset }: ExportListRequest,
  ): Promise<{ readonly rows: readonly ExportRow[]; readonly hasMore: boolean }> {
    await this.#noticeMissingFiles(project);
    let query = this.#catalog.selectFrom('exports').selectAll().where('project_id', '=', project.id);
    if (status !== 'all') query = query.where('missing_at', status === 'ready' ? 'is' : 'is not', null);
    const rows = await query
      .orderBy('sequence', 'desc')
      .limit(limit + 1)
      .offset(offset)
      .execute();
    return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
  }

  /** @throws RowhouseError `not_found` when the project has no such export. */
  async get(project: ProjectRow, id: string): Promise<ExportRow> {
    const row = await this.#catalog
      .selectFrom('exports')
      .selectAll()
      .where('project_id', '=', project.id)
      .where('id', '=', id)
      .executeTakeFirst();
    if (row === undefined) throw new RowhouseError('not_found', 'There is no such export in this project.');
    const sizeBytes = await this.#files.sizeOf({ project: project.project_slug, exportId: id });
    return this.#recordPresence(row, sizeBytes === row.size_bytes);
  }

  /** Removes the row and the file; neither comes back. */
  async delete(project: ProjectRow, id: string): Promise<void> {
    const row = await this.get(project, id);
    await this.#catalog.deleteFrom('exports').where('sequence', '=', row.sequence).execute();
    await this.#files.remove({ project: project.project_slug, exportId: id });
  }

  /** @throws RowhouseError `export_file_missing` when the file is gone from storage. */
  async read(project: ProjectRow, row: ExportRow, range: ByteRange): Promise<Readable> {
    const stream = await this.#files.read({ project: project.project_slug, exportId: row.id }, range);
    if (stream === null) throw exportFileMissing();
    return stream;
  }

  async #insert(values: Omit<ExportRow, 'sequence'>): Promise<ExportRow> {
    return this.#catalog.insertInto('exports').values(values).returningAll().executeTakeFirstOrThrow();
  }

  async #isDeleted(project: ProjectRow): Promise<boolean> {
    const row = await this.#catalog
      .selectFrom('projects')
      .select('id')
      .where('id', '=', project.id)
      .executeTakeFirst();
    return row === undefined;
  }

  async #noticeMissingFiles(project: ProjectRow): Promise<void> {
    const [sizes, rows] = await Promise.all([
      this.#files.list(project.project_slug),
      this.#catalog.selectFrom('exports').selectAll().where('project_id', '=', project.id).execute(),
    ]);
    for (const row of rows) await this.#recordPresence(row, sizes.get(row.id) === row.size_bytes);
  }

  /** A file may vanish behind our back, and come back from a backup; the row follows it both ways. */
  async #recordPresence(row: ExportRow, present: boolean): Promise<ExportRow> {
    if (present === (row.missing_at === null)) return row;
    const change = { missing_at: present ? null : timestamp() };
    await this.#catalog.updateTable('exports').set(change).where('sequence', '=', row.sequence).execute();
    return { ...row, ...change };
  }
}

export function exportFileMissing(): RowhouseError {
  return new RowhouseError('export_file_missing', 'The file of this export is gone from storage.');
}

function asSentences(warnings: readonly string[]): string {
  return `${warnings.join('; ')}.`;
}
