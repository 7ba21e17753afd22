import type { ProjectQueries, Query, QueryAnswer } from '../../project-queries.ts';
import type { EngineHost } from '../engine-host.ts';

/** Queries on SQLite projects. The turn comes before the gate: what waits for its turn holds up nobody who replaces a file. */
export class SqliteQueries implements ProjectQueries {
  readonly #host: EngineHost;

  constructor(host: EngineHost) {
    this.#host = host;
  }

  run(project: string, query: Query, signal: AbortSignal): Promise<QueryAnswer> {
    return this.#host.queryProcesses.use(project, signal, (run) => {
      return this.#host.withDatabase(project, (path) => run('runQuery', { ...query, path }));
    });
  }
}
