import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { loggedCall } from '../../testing/http/logged-calls.ts';
import { smallDisk } from '../../testing/system/small-disk.ts';
import { temporaryFolder } from '../../testing/system/temporary-folder.ts';
import { nextEvent } from '../../testing/system/waiting.ts';
import { runSqliteShell } from '../../testing/tools/sqlite-shell.ts';
import type { LoggedCall } from './logged-call.ts';
import { RequestLog, type RequestLogOptions } from './request-log.ts';
import type { Page, Position, StoredCall } from './stored-rows.ts';

const DAY_MS = 86_400_000;

interface TestedLog extends AsyncDisposable {
  readonly log: RequestLog;
  readonly path: string;
  readonly clock: { ms: number };
  readonly errors: Error[];
  /** The output of the shell for a statement on the log's file while the log is open. */
  readonly shell: (sql: string) => string;
}

function startLog(options: Partial<RequestLogOptions> = {}): TestedLog {
  const folder = temporaryFolder();
  const path = join(folder.path, 'requests.sqlite');
  const clock = { ms: Date.now() };
  const errors: Error[] = [];
  const log = new RequestLog({
    path,
    keptDays: 30,
    maxRows: 1_000_000,
    maxQueued: 10_000,
    now: () => clock.ms,
    onError: (error) => errors.push(error),
    ...options,
  });
  return {
    log,
    path,
    clock,
    errors,
    shell: (sql) => runSqliteShell(path, sql).trim(),
    [Symbol.asyncDispose]: async () => {
      await log.close();
      folder[Symbol.dispose]();
    },
  };
}

/** Locks the log as another program does, until the returned function is called. */
async function lock(path: string): Promise<() => Promise<void>> {
  const shell = spawn('sqlite3', [path], { stdio: ['pipe', 'pipe', 'inherit'] });
  shell.stdin.write('BEGIN IMMEDIATE;\nSELECT 1;\n');
  await nextEvent(shell.stdout, 'data');
  return async () => {
    shell.stdin.end('ROLLBACK;\n');
    await once(shell, 'close');
  };
}

test('a call is stored with all its details, and is found by its id', async () => {
  await using tested = startLog();
  const { log, shell } = tested;
  const call = loggedCall({
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    status: 404,
    errorCode: 'not_found',
    bytesIn: 12,
    operationKey: 'edit',
    run: { id: 'journey', operationKey: 'edit', continues: null },
  });
  log.append(call);
  await log.settled();
  assert.deepEqual(log.statistics(), { queued: 0, written: 1, dropped: 0 });
  assert.equal(
    shell(`SELECT project_id, token_id, method, pattern, status, error_code, duration, bytes_in, bytes_out, operation_key,
      run, lower(hex(trace_id)) FROM requests JOIN routes USING (route)`),
    '1|7|GET|/projects/:project/tables|404|not_found|2500|12|120|edit|1|4bf92f3577b34da6a3ce929d0e0e4736',
  );
  const [started, random] = shell('SELECT started, random FROM requests').split('|').map(Number);
  const micros = Number(/_(\d{6})Z_/.exec(call.requestId)?.[1]);
  assert.equal(Number(started) % 1_000_000, micros);
  assert.ok(call.requestId.endsWith(Number(random).toString(16).padStart(12, '0')));
});

test('the counts of a run are summed over batches, and its first failure is the one that began first', async () => {
  await using tested = startLog();
  const { log, shell } = tested;
  const run = { id: 'journey', operationKey: 'edit', continues: null };
  const begun = Date.now();
  log.append(loggedCall({ run, durationMs: 5 }, begun + 100));
  log.append(loggedCall({ run, status: 409, errorCode: 'conflict' }, begun + 50));
  await log.settled();
  log.append(loggedCall({ run, status: 404, errorCode: 'not_found' }, begun + 20));
  log.append(loggedCall({ run, status: 400, errorCode: 'query_failed' }, begun + 70));
  log.append(loggedCall({ run, durationMs: 1 }, begun));
  await log.settled();
  assert.equal(
    shell('SELECT calls, failed_calls, first_failure_status, first_failure_code, operation_key FROM runs'),
    '5|3|404|not_found|edit',
  );
  const duration = Number(shell('SELECT duration FROM runs'));
  assert.ok(duration > 104_000 && duration < 106_000, String(duration));
});

test('the latest run of a key, and the last successor of a run, are found after a restart', async () => {
  await using tested = startLog();
  const { log, path, clock } = tested;
  const links = ['a', 'b', 'c', 'd'];
  for (const [index, id] of links.entries()) {
    const run = { id, operationKey: 'edit', continues: links[index - 1] ?? null };
    log.append(loggedCall({ run, operationKey: 'edit', endedAtMs: clock.ms + index }));
  }
  log.append(
    loggedCall({ run: { id: 'z', operationKey: null, continues: null }, tokenId: null, projectId: null }),
  );
  await log.close();
  const options = { path, keptDays: 30, maxRows: 1_000, maxQueued: 10, now: Date.now };
  const again = new RequestLog({ ...options, onError: (error) => assert.fail(error) });
  const [sent, lastRun, ...others] = await again.chainOf(1, 'a');
  assert.deepEqual([sent?.continuedBy, sent?.lastActivityMs], ['d', clock.ms]);
  assert.deepEqual(lastRun, {
    runId: 'd',
    operationKey: 'edit',
    continues: 'c',
    continuedBy: null,
    lastActivityMs: clock.ms + 3,
  });
  assert.deepEqual(others, []);
  assert.deepEqual(await again.latestOf({ projectId: 1, tokenId: 7, operationKey: 'edit' }), [lastRun]);
  assert.deepEqual(await again.latestOf({ projectId: 1, tokenId: 8, operationKey: 'edit' }), []);
  assert.deepEqual(await again.chainOf(2, 'a'), []);
  assert.equal((await again.chainOf(null, 'z')).length, 1);
  await again.close();
});

describe('a log that is too slow', () => {
  test('drops and counts the calls that exceed its buffer, and delays no request', async () => {
    await using tested = startLog({ maxQueued: 100 });
    const { log, path, shell } = tested;
    log.append(loggedCall());
    await log.settled();
    const unlock = await lock(path);
    // The log stays locked until all calls have been appended.
    for (let call = 0; call < 10_000; call++) log.append(loggedCall());
    assert.deepEqual(log.statistics(), { queued: 100, written: 1, dropped: 9_900 });
    const settled = log.settled();
    await unlock();
    await settled;
    assert.deepEqual(log.statistics(), { queued: 0, written: 101, dropped: 9_900 });
    assert.equal(shell('SELECT count(*) FROM requests'), '101');
  });

  test('counts the calls that it could not write, and reports them once', async () => {
    await using tested = startLog();
    const { log, path, errors } = tested;
    writeFileSync(path, 'this is no database, however one looks at it'.repeat(100));
    for (let call = 0; call < 3; call++) {
      log.append(loggedCall());
      await log.settled();
    }
    assert.deepEqual(log.statistics(), { queued: 0, written: 0, dropped: 3 });
    await assert.rejects(log.chainOf(1, 'a'));
    assert.equal(errors.length, 1);
    assert.match(String(errors[0]?.message), /not a database/);
  });
});

test('a query that matches few of many calls reads a limited number at a time, and finds them over several pages', async () => {
  await using tested = startLog({ maxQueued: 100_000 });
  const { log } = tested;
  const begun = Date.now();
  log.append(loggedCall({ status: 201 }, begun));
  for (let call = 1; call < 50_000; call++) log.append(loggedCall({}, begun + call));
  await log.settled();
  const question = {
    projectId: 1,
    statuses: [201, 201],
    errorCode: null,
    range: { since: null, until: null },
    limit: 10,
  } as const;
  const found: number[] = [];
  const pages: number[] = [];
  for (let after: Position | null = null; ;) {
    const page: Page<StoredCall> = await log.read('listCalls', { ...question, after });
    pages.push(page.rows.length);
    found.push(...page.rows.map(({ status }) => status));
    if (page.next === null) break;
    after = page.next;
  }
  assert.deepEqual(found, [201]);
  assert.deepEqual(pages, [0, 0, 1]);
});

describe('retention', () => {
  test('keeps a limited number of calls, the newest', async () => {
    await using tested = startLog({ maxRows: 1_000 });
    const { log, shell } = tested;
    const begun = Date.now();
    for (let call = 0; call < 3_500; call++) {
      log.append(loggedCall({ bytesIn: call }, begun + call));
      if (call % 700 === 699) await log.settled();
    }
    assert.equal(shell('SELECT count(*), min(bytes_in), max(bytes_in) FROM requests'), '1000|2500|3499');
    assert.equal(shell('SELECT value FROM counters'), '1000');
  });

  test('keeps calls and runs for a limited number of days', async () => {
    await using tested = startLog({ keptDays: 30 });
    const { log, shell, clock } = tested;
    const old = clock.ms - 29 * DAY_MS;
    for (let call = 0; call < 2_500; call++) {
      log.append(loggedCall({ ...inRun(`old-${call % 1_500}`), endedAtMs: old }, old));
    }
    log.append(loggedCall({ ...inRun('new'), endedAtMs: clock.ms }, clock.ms));
    await log.settled();
    await log.sweep();
    assert.equal(shell('SELECT count(*) FROM requests'), '2501');
    clock.ms += 2 * DAY_MS;
    await log.sweep();
    assert.equal(shell('SELECT count(*), (SELECT value FROM counters) FROM requests'), '1|1');
    assert.equal(shell('SELECT group_concat(run_id) FROM runs'), 'new');
    assert.equal(shell('SELECT count(*) FROM latest_runs'), '1');
  });

  test('keeps nothing of a deleted project, including calls that end after the deletion', async () => {
    await using tested = startLog();
    const { log, shell } = tested;
    const runOf = new Map([1, 2].map((id) => [id, { id: 'a', operationKey: null, continues: null }]));
    for (let call = 0; call < 2_500; call++) {
      const projectId = 1 + (call % 2);
      log.append(loggedCall({ run: runOf.get(projectId) ?? null, projectId }));
    }
    await log.forgetProject(1);
    log.append(loggedCall({ run: runOf.get(1) ?? null, projectId: 1, operationKey: 'edit' }));
    await log.settled();
    assert.equal(
      shell('SELECT ifnull(project_id, 0), count(*), count(run) FROM requests GROUP BY 1'),
      '0|1|0\n2|1250|1250',
    );
    assert.equal(shell('SELECT project_id FROM runs'), '2');
    await log.removeProjectsExcept(new Set([5]));
    assert.equal(shell('SELECT ifnull(project_id, 0), count(*) FROM requests GROUP BY 1'), '0|1');
    assert.equal(shell('SELECT count(*) FROM runs'), '0');
  });
});

test('on an almost full disk calls are dropped and counted, so that projects keep the space', async () => {
  using disk = smallDisk();
  await using tested = startLog({ path: join(disk.path, 'requests.sqlite') });
  const { log } = tested;
  log.append(loggedCall());
  await log.settled();
  disk.fill(process.pid, 100_000);
  for (let call = 0; call < 3; call++) log.append(loggedCall());
  await log.settled();
  disk.free(process.pid);
  log.append(loggedCall());
  await log.settled();
  const { written, dropped } = log.statistics();
  assert.deepEqual([written, dropped], disk.kind === 'tmpfs' ? [2, 3] : [5, 0]);
});

function inRun(id: string): Pick<LoggedCall, 'operationKey' | 'run'> {
  return { operationKey: 'edit', run: { id, operationKey: 'edit', continues: null } };
}
