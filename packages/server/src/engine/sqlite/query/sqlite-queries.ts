import type { ProjectRef } from '../../../core/project-ref.ts';
import type { ProjectQueries, Query, QueryAnswer } from '../../project-queries.ts';
import type { EngineHost } from '../protocol/engine-host.ts';

/** Queries on SQLite projects. */
export class SqliteQueries implements ProjectQueries {
  readonly #host: EngineHost;

  constructor(host: EngineHost) {
    this.#host = host;
  }

  run(project: ProjectRef, query: Query, signal: AbortSignal): Promise<QueryAnswer> {
    return this.#host.withQueryProcess(project, signal, (path, run) => run('runQuery', { ...query, path }));
  }
}
