import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Config } from '../config.ts';
import { RowhouseError } from '../errors.ts';
import { unknownSchemaFormat } from '../exports/unknown-schema-format.ts';
import { createServiceLog } from '../http/service-log.ts';
import { findSchemaFormat } from '../schema/formats/schema-formats.ts';
import { openService, type Service } from '../service.ts';
import { CommandError } from './command-error.ts';
import type { ImportSummary, SchemaDownload, Target, TargetImport } from './target.ts';

/** Works on the data folder itself, which no server may have open meanwhile. */
export async function openLocalTarget(
  config: Config,
  options: { readonly create: boolean },
): Promise<Target> {
  // Else a mistyped path would become a new, empty data folder.
  if (!options.create && !existsSync(join(config.dataDir, 'catalog.sqlite'))) {
    throw new CommandError(
      `there is no Rowhouse data in ${config.dataDir}; ROWHOUSE_DATA_DIR says where to look`,
    );
  }
  const log = createServiceLog('warn', process.stderr);
  return new LocalTarget(await openService(config, log));
}

class LocalTarget implements Target {
  readonly #service: Service;

  constructor(service: Service) {
    this.#service = service;
  }

  async ensureProject(slug: string): Promise<{ readonly token: string } | null> {
    try {
      await this.#service.projects.get(slug);
      return null;
    } catch (error) {
      if (!(error instanceof RowhouseError) || error.code !== 'not_found') throw error;
    }
    const { token } = await this.#service.projects.create({ slug, name: slug });
    return { token: token.secret };
  }

  async deleteProject(slug: string): Promise<void> {
    await this.#service.projects.delete(slug, slug);
  }

  async importDatabase({ project, replace, sizeBytes, content }: TargetImport): Promise<ImportSummary> {
    const { project_slug } = await this.#service.projects.get(project);
    const { signal } = new AbortController();
    const upload = { replace, content, announcedBytes: sizeBytes, signal };
    return this.#service.imports.importDatabase({ project: project_slug, ...upload });
  }

  async exportSchema(
    request: { readonly project: string; readonly format: string },
    receive: (download: SchemaDownload) => Promise<void>,
  ): Promise<void> {
    const { projects, exports } = this.#service;
    const format = findSchemaFormat(request.format);
    if (format === null) throw unknownSchemaFormat('--format');
    const project = await projects.get(request.project);
    const row = await exports.createSchemaExport(project, { format, fileName: undefined });
    try {
      const content = await exports.read(project, row, { start: 0, end: row.size_bytes - 1 });
      await receive({ content, sizeBytes: row.size_bytes, sha256: row.sha256, warning: row.warning });
    } finally {
      await exports.delete(project, row.id);
    }
  }

  async close(): Promise<void> {
    await this.#service.close();
  }
}
