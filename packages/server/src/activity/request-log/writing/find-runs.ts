import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { ArchivedRun, KeyOfToken } from '../logged-call.ts';
import { textOrNull } from '../row-values.ts';
import { ADMIN, NO_PROJECT } from '../sentinels.ts';

/** The maximum length of a chain: each run is idle for at least a second before another continues it. */
const MAX_STEPS = 1_000_000;

/** Looks up the state that determines the run of the next call. */
export class RunFinder {
  readonly #byId: StatementSync;
  readonly #latest: StatementSync;
  readonly #projects: StatementSync;

  constructor(database: DatabaseSync) {
    this.#byId = database.prepare(`${SELECT_RUN} WHERE project_id = ? AND run_id = ?`);
    this.#latest = database.prepare(
      `${SELECT_RUN} WHERE run = (SELECT run FROM latest_runs WHERE project_id = ? AND token_id = ? AND operation_key = ?)`,
    );
    this.#projects = database.prepare(SELECT_PROJECTS);
  }

  chainOf(projectId: number | null, runId: string): readonly ArchivedRun[] {
    const project = projectId ?? NO_PROJECT;
    return this.#chainFrom(project, this.#byId.get(project, runId));
  }

  latestOf({ projectId, tokenId, operationKey }: KeyOfToken): readonly ArchivedRun[] {
    const project = projectId ?? NO_PROJECT;
    return this.#chainFrom(project, this.#latest.get(project, tokenId ?? ADMIN, operationKey));
  }

  projects(): readonly number[] {
    return this.#projects.all().map(({ project_id }) => Number(project_id));
  }

  #chainFrom(project: number, row: Row | undefined): readonly ArchivedRun[] {
    if (row === undefined) return [];
    const first = toArchivedRun(row);
    let lastRun = first;
    for (let step = 0; lastRun.continuedBy !== null && step < MAX_STEPS; step++) {
      const next = this.#byId.get(project, lastRun.continuedBy);
      if (next === undefined) break;
      lastRun = toArchivedRun(next);
    }
    return lastRun === first ? [first] : [{ ...first, continuedBy: lastRun.runId }, lastRun];
  }
}

type Row = Readonly<Record<string, unknown>>;

const SELECT_RUN = 'SELECT run_id, operation_key, continues, continued_by, last_activity FROM runs';

/**
 * Skips from one project to the next in the index, however many calls each has.
 * https://www.sqlite.org/optoverview.html#skipscan
 */
const SELECT_PROJECTS = `WITH RECURSIVE
    logged (project_id) AS (
      SELECT min(project_id) FROM requests
      UNION ALL
      SELECT (SELECT min(project_id) FROM requests WHERE project_id > logged.project_id) FROM logged
      WHERE logged.project_id IS NOT NULL
    ),
    grouped (project_id) AS (
      SELECT min(project_id) FROM runs
      UNION ALL
      SELECT (SELECT min(project_id) FROM runs WHERE project_id > grouped.project_id) FROM grouped
      WHERE grouped.project_id IS NOT NULL
    )
  SELECT project_id FROM logged WHERE project_id > 0 UNION SELECT project_id FROM grouped WHERE project_id > 0`;

function toArchivedRun(row: Row): ArchivedRun {
  return {
    runId: String(row['run_id']),
    operationKey: textOrNull(row['operation_key']),
    continues: textOrNull(row['continues']),
    continuedBy: textOrNull(row['continued_by']),
    lastActivityMs: Number(row['last_activity']),
  };
}
