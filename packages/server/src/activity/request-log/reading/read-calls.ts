import type { DatabaseSync } from 'node:sqlite';

import { FIRST_FAILED_STATUS } from '../logged-call.ts';
import { type RequestIdParts, requestIdOf } from '../request-id-parts.ts';
import { numberOrNull, textOrNull } from '../row-values.ts';
import type { CallsQuery, Page, Position, StoredCall } from '../stored-rows.ts';
import { readPage, type Row } from './read-page.ts';
import { withinRange } from './within-range.ts';

/** Returns calls of a project, the latest first. */
export function listCalls(database: DatabaseSync, query: CallsQuery): Page<StoredCall> {
  const { projectId, statuses, errorCode, range, after, limit } = query;
  const onlyFailed = errorCode !== null || (statuses !== null && statuses[0] >= FIRST_FAILED_STATUS);
  return readCalls(database, {
    within: [
      { sql: 'project_id = ?', values: [projectId] },
      ...withinRange(range),
      // Must be the exact expression of the partial index.
      ...(onlyFailed ? [{ sql: `status >= ${FIRST_FAILED_STATUS}`, values: [] }] : []),
    ],
    filters: [
      ...(statuses === null ? [] : [{ sql: 'status BETWEEN ? AND ?', values: statuses }]),
      ...(errorCode === null ? [] : [{ sql: 'error_code = ?', values: [errorCode] }]),
    ],
    descending: true,
    after,
    limit,
  });
}

/** Returns calls of a run, the earliest first. */
export function listCallsOfRun(
  database: DatabaseSync,
  { run, after, limit }: { readonly run: number; readonly after: Position | null; readonly limit: number },
): Page<StoredCall> {
  const within = [{ sql: 'run = ?', values: [run] }];
  return readCalls(database, { within, filters: [], descending: false, after, limit });
}

export function getCall(
  database: DatabaseSync,
  { projectId, started, random }: RequestIdParts & { readonly projectId: number },
): StoredCall | null {
  const row = database
    .prepare(`${SELECT_CALL} WHERE project_id = ? AND started = ? AND random = ?`)
    .get(projectId, started, random);
  return row === undefined ? null : toCall(row);
}

const SELECT_CALL = `SELECT requests.*,
    (SELECT method FROM routes WHERE routes.route = requests.route) AS method,
    (SELECT pattern FROM routes WHERE routes.route = requests.route) AS pattern,
    (SELECT run_id FROM runs WHERE runs.run = requests.run) AS run_id
  FROM requests`;

function readCalls(
  database: DatabaseSync,
  query: Pick<Parameters<typeof readPage>[1], 'within' | 'filters' | 'descending' | 'after' | 'limit'>,
): Page<StoredCall> {
  const { rows, next } = readPage(database, {
    ...query,
    select: SELECT_CALL,
    table: 'requests',
    order: ['started', 'random'],
  });
  return { rows: rows.map(toCall), next };
}

function toCall(row: Row): StoredCall {
  const [started, random] = [Number(row['started']), Number(row['random'])];
  const traceId = row['trace_id'];
  return {
    requestId: requestIdOf({ started, random }),
    started,
    random,
    tokenId: numberOrNull(row['token_id']),
    method: String(row['method']),
    route: String(row['pattern']),
    status: Number(row['status']),
    errorCode: textOrNull(row['error_code']),
    durationMicros: Number(row['duration']),
    bytesIn: Number(row['bytes_in']),
    bytesOut: Number(row['bytes_out']),
    operationKey: textOrNull(row['operation_key']),
    runId: textOrNull(row['run_id']),
    traceId: traceId instanceof Uint8Array ? Buffer.from(traceId).toString('hex') : null,
  };
}
