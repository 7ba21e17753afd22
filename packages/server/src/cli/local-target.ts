import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { refOf } from '../catalog/project-by-slug.ts';
import { composeService, type Service } from '../compose.ts';
import type { Config } from '../core/config.ts';
import { RowhouseError } from '../core/errors.ts';
import { THE_SERVICE } from '../core/requester.ts';
import { refuseLostCatalog } from '../data-folder/lost-catalog.ts';
import { createServiceLog } from '../http/observability/service-log.ts';
import { importedDatabase } from '../resources/audit/audit.ts';
import { toCsvOptions, toRowSelection } from '../resources/exports/export-fields.ts';
import {
  requireDatabaseFormat,
  requireSchemaFormat,
  requireTableFormat,
} from '../resources/exports/export-formats.ts';
import type { ExportRequest } from '../resources/exports/export-request.ts';
import { requireReady } from '../resources/exports/jobs/ready-export.ts';
import { notesOf } from '../resources/exports/store/export-facts.ts';
import { CommandError } from './command-error.ts';
import type { ImportSummary, ExportDownload, Target, TargetImport, TargetExport } from './target.ts';

/** Opens the data folder directly. No server may have it open. */
export async function openLocalTarget(
  config: Config,
  options: { readonly create: boolean },
): Promise<Target> {
  await refuseLostCatalog(config.dataDir);
  // Otherwise, a mistyped path would create a new, empty data folder.
  if (!options.create && !existsSync(join(config.dataDir, 'catalog.sqlite'))) {
    throw new CommandError(
      `there is no Rowhouse data in ${config.dataDir}; set ROWHOUSE_DATA_DIR to the data folder`,
    );
  }
  const log = createServiceLog('warn', process.stderr);
  return new LocalTarget(await composeService(config, log), config);
}

class LocalTarget implements Target {
  readonly #service: Service;
  readonly #config: Config;

  constructor(service: Service, config: Config) {
    this.#service = service;
    this.#config = config;
  }

  async ensureProject(slug: string): Promise<{ readonly token: string } | null> {
    try {
      await this.#service.projects.get(slug);
      return null;
    } catch (error) {
      if (!(error instanceof RowhouseError) || error.code !== 'not_found') throw error;
    }
    const { result } = await this.#service.projects.create(
      { slug, name: slug, accountId: null, by: THE_SERVICE },
      null,
    );
    return { token: result.token.secret };
  }

  async deleteProject(slug: string): Promise<void> {
    await this.#service.projects.delete({ slug, id: null }, slug, THE_SERVICE, null);
  }

  async importDatabase({ project, replace, sizeBytes, content }: TargetImport): Promise<ImportSummary> {
    const row = await this.#service.projects.get(project);
    const { signal } = new AbortController();
    const upload = { replace, requestOf: null, content, announcedBytes: sizeBytes, signal };
    const { result } = await this.#service.imports.importDatabase({ project: refOf(row), ...upload });
    await this.#service.audit.record(refOf(row), importedDatabase(result), THE_SERVICE, null);
    return result;
  }

  async exportFile(
    wanted: TargetExport,
    receive: (download: ExportDownload) => Promise<void>,
  ): Promise<void> {
    const { projects, exports } = this.#service;
    const request = exportRequest(wanted);
    const project = await projects.get(wanted.project);
    const requested = { request, fileName: undefined, expiresInSeconds: null };
    const { signal } = new AbortController();
    const row = requireReady((await exports.create(project, requested, signal, null)).result);
    try {
      const content = await exports.read(project, row, { start: 0, end: row.size_bytes - 1 });
      const { size_bytes: sizeBytes, sha256 } = row;
      await receive({ content, sizeBytes, sha256, notes: notesOf(row) });
    } finally {
      await exports.delete(project, row.id, { kind: 'admin' }, THE_SERVICE, null);
    }
  }

  async replaceAdminToken(): Promise<string> {
    const { adminToken } = this.#service;
    // A configured token counts as replaced even if no start has stored it yet. Otherwise, the next start would adopt it.
    await adminToken.adopt(this.#config.adminToken);
    return (await adminToken.create()).secret;
  }

  async close(): Promise<void> {
    await this.#service.close();
  }
}

function exportRequest({ project, kind, table, format }: TargetExport): ExportRequest {
  switch (kind) {
    case 'schema':
      return { kind: 'schema_export', format: requireSchemaFormat(format ?? 'json', FORMAT).name };
    case 'table':
      return {
        kind: 'table_export',
        table: { nameOrId: table, allowed: null, valueFormat: 'plain', writtenRows: 'whole' },
        format: requireTableFormat(format ?? 'csv', FORMAT),
        rows: toRowSelection({}, '', 'plain'),
        csv: toCsvOptions({}, 'csv'),
      };
    case 'database':
      return {
        kind: 'database_export',
        format: requireDatabaseFormat(format ?? 'zip', FORMAT),
        databaseName: project,
        include: null,
        exclude: [],
        valueFormat: 'plain',
        rows: {},
      };
  }
}

const FORMAT = '--format';
