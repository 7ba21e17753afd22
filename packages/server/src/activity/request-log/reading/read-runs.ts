import type { DatabaseSync } from 'node:sqlite';

import { numberOrNull, textOrNull } from '../row-values.ts';
import type { Page, RunsQuery, StoredRun } from '../stored-rows.ts';
import { type Condition, readPage, type Row } from './read-page.ts';
import { withinRange } from './within-range.ts';

/** Returns runs of a project, the latest or the slowest first. */
export function listRuns(database: DatabaseSync, query: RunsQuery): Page<StoredRun> {
  const { projectId, operationKey, sort, after, limit } = query;
  const ofProject = { sql: 'project_id = ?', values: [projectId] };
  const ofKey = operationKey === null ? [] : [{ sql: 'operation_key = ?', values: [operationKey] }];
  const range = withinRange(query.range);
  const status = conditionOfStatus(query);
  const isFailed = query.status === 'failed';
  // In order of time, there is one index with the keys and one with failed runs. In order of duration, there is one for all.
  const byTime = sort === 'latest';
  const within = [ofProject, ...(byTime ? [...ofKey, ...range, ...(isFailed ? status : [])] : [])];
  const filters = byTime ? (isFailed ? [] : status) : [...ofKey, ...range, ...status];
  const { rows, next } = readPage(database, {
    select: 'SELECT * FROM runs',
    table: 'runs',
    order: [byTime ? 'started' : 'duration', 'run'],
    descending: true,
    within,
    filters,
    after,
    limit,
  });
  return { rows: rows.map(toRun), next };
}

export function getRun(
  database: DatabaseSync,
  { projectId, runId }: { readonly projectId: number; readonly runId: string },
): StoredRun | null {
  const row = database
    .prepare('SELECT * FROM runs WHERE project_id = ? AND run_id = ?')
    .get(projectId, runId);
  return row === undefined ? null : toRun(row);
}

function conditionOfStatus({ status, activeSinceMs }: RunsQuery): readonly Condition[] {
  switch (status) {
    case null:
      return [];
    case 'failed':
      return [{ sql: 'failed_calls > 0', values: [] }];
    case 'active':
      return [{ sql: 'failed_calls = 0 AND last_activity >= ?', values: [activeSinceMs] }];
    case 'succeeded':
      return [{ sql: 'failed_calls = 0 AND last_activity < ?', values: [activeSinceMs] }];
  }
}

function toRun(row: Row): StoredRun {
  return {
    number: Number(row['run']),
    runId: String(row['run_id']),
    operationKey: textOrNull(row['operation_key']),
    continues: textOrNull(row['continues']),
    continuedBy: textOrNull(row['continued_by']),
    started: Number(row['started']),
    ended: Number(row['ended']),
    lastActivityMs: Number(row['last_activity']),
    calls: Number(row['calls']),
    failedCalls: Number(row['failed_calls']),
    firstFailureStatus: numberOrNull(row['first_failure_status']),
    firstFailureCode: textOrNull(row['first_failure_code']),
  };
}
