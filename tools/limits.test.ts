import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { type Setting, settings } from '../packages/server/src/core/settings.ts';

const root = join(import.meta.dirname, '..');
const rows = new Map(
  [...readText('docs/guides/operations.md').matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)].map(
    ([, what = '', limit = '']) => [what, limit],
  ),
);

const KIB = 1_024;
const MIB = 1_024 * KIB;
const PASSWORDS = 'passwords';
const THREADS = ['pointThreads', 'writerThreads', 'readerThreads'];

describe('the operations guide', () => {
  const { bodiesMaxBytes, addressBodiesMaxBytes, bodyStallSeconds } = settings;
  const { bodyMaxBytes, importMaxBytes, queryTimeoutMs, maxOpenDatabases } = settings;
  const { exportMaxBytes, exportTimeoutSeconds, exportRetentionSeconds } = settings;
  const { maxConnections, headersTimeoutSeconds, bodyTimeoutSeconds, keepAliveSeconds } = settings;
  const { requestLogDays, requestLogMaxRows, operationIdleSeconds, tokenKeptDays, rateLimit } = settings;
  const limits: Readonly<Record<string, readonly string[]>> = {
    connections: [
      `${maxConnections.default.toLocaleString('en-US')} (`,
      `${keepAliveSeconds.default} seconds (`,
      `${inText('http/limits/connection-limit.ts', 'MAX_REFUSED_AT_ONCE')} at a time`,
    ],
    'an answer not read': [`${number('http/http-server.ts', 'answerStallMs') / 1_000} seconds`],
    'the rest of a refused body': [`${number('http/http-server.ts', 'lingerMs') / 1_000} seconds`],
    'active and waiting requests': [
      `${inText('http/http-server.ts', 'perProject')} of a project`,
      `${inText('http/http-server.ts', 'total')} in all`,
    ],
    'requests of a project token': [unlimited(rateLimit.default)],
    'concurrent token look-ups': [inText('http/access/credential-cache.ts', 'MAX_LOOK_UPS')],
    'a JSON body': [
      `${bodyMaxBytes.default / MIB} MiB`,
      `${bodyTimeoutSeconds.default} seconds`,
      `any ${bodyStallSeconds.default} seconds (`,
      `${number('http/bodies/watch-arrival.ts', 'MIN_BYTES_PER_SECOND') / KIB} KiB/s`,
      `${inText('http/json/json-structure.ts', 'MAX_DEPTH')} deep`,
      `${inText('http/json/json-structure.ts', 'MAX_NAMES')} names`,
    ],
    'a body without a token': [`${number('http/bodies/body-parsing.ts', 'PUBLIC_BODY_MAX_BYTES') / KIB} KiB`],
    'bodies in memory': [
      `${bodiesMaxBytes.default / MIB} MiB in all`,
      `${addressBodiesMaxBytes.default / MIB} MiB from one address`,
    ],
    'the request line and headers': [
      `${number('http/http-server.ts', 'MAX_HEADER_BYTES') / KIB} KiB`,
      `${headersTimeoutSeconds.default} seconds`,
    ],
    'a page of a list': [
      inText('http/fields/paging.ts', 'maximum'),
      inText('resources/records/record-fields.ts', 'maximum'),
    ],
    'a bulk write': [`${inText('resources/records/record-body-fields.ts', 'MAX_ROWS')} rows`],
    'a batch': [
      `${inText('resources/records/batch-fields.ts', 'MAX_OPERATIONS')} operations`,
      `${inText('resources/records/read-batch.ts', 'MAX_ROWS')} new rows`,
      `${inText('engine/project-batches.ts', 'ANSWER_MAX_LENGTH')} characters of answer`,
    ],
    'an `Idempotency-Key`': [
      `${inText('http/idempotency.ts', 'MAX_KEY_LENGTH')} characters`,
      `${number('core/idempotency.ts', 'IDEMPOTENCY_KEPT_MS') / 3_600_000} hours`,
    ],
    filters: [
      `${inText('resources/records/filter-fields.ts', 'MAX_CONDITIONS')} conditions`,
      `${inText('resources/records/filter-fields.ts', 'MAX_VALUES_IN')} values`,
      `${inText('resources/records/filter-fields.ts', 'MAX_VALUES')} in all`,
    ],
    'columns of a table': [
      `${inText('engine/sqlite/schema-changes/columns/add-column.ts', 'MAX_COLUMNS')} through the API`,
    ],
    'a bootstrap': [
      `${inText('resources/bootstrap/content-fields.ts', 'MAX_TABLES')} tables`,
      `${inText('resources/bootstrap/content-fields.ts', 'MAX_SEED_ROWS')} rows`,
      `${inText('resources/bootstrap/content-fields.ts', 'MAX_INDEXES')} indexes`,
      `${inText('resources/bootstrap/bootstrap-fields.ts', 'maxItems')} tokens`,
    ],
    'an import': [
      `${importMaxBytes.default / (1_024 * MIB)} GiB`,
      `${number('compose.ts', 'UPLOAD_STALL_LIMIT_MS') / 1_000} seconds`,
      `${inText('engine/sqlite/import/sqlite-imports.ts', 'CHECKS_AT_ONCE')} are checked at once`,
    ],
    'a query': [
      `${queryTimeoutMs.default / 1_000} seconds`,
      `${inText('resources/query/query-fields.ts', 'MAX_LIMIT')} rows`,
      `${inText('engine/sqlite/query/render-rows.ts', 'ANSWER_MAX_LENGTH')} characters of answer`,
      `${inText('resources/query/query-fields.ts', 'MAX_SQL_LENGTH')} of SQL`,
      `${inText('resources/query/query-fields.ts', 'MAX_PARAMETERS')} values`,
    ],
    'concurrent queries and reads of views': [
      `${inText('engine/sqlite/workers/engine-processes.ts', 'perQueue')} of a project and`,
      `${inText('engine/sqlite/workers/engine-processes.ts', 'total')} in all`,
      `${number('engine/sqlite/workers/engine-processes.ts', 'STATEMENT_MAX_BYTES') / MIB} MiB more`,
      `${inText('engine/sqlite/workers/engine-processes.ts', 'waitingPerQueue')} of a project wait`,
      `and ${inText('engine/sqlite/workers/engine-processes.ts', 'waiting')} in all`,
    ],
    'an export': [
      `${exportMaxBytes.default / (1_024 * MIB)} GiB`,
      `${exportTimeoutSeconds.default / 3_600} hour`,
      `${(number('engine/sqlite/workers/engine-processes.ts', 'EXPORT_MAX_BYTES') / MIB).toLocaleString('en-US')} MiB`,
    ],
    'the file of an export': [unlimited(exportRetentionSeconds.default)],
    'running and waiting exports': [
      `${inText('compose.ts', 'perProject')} of a project`,
      `${inText('compose.ts', 'total')} in all`,
    ],
    'an expired or revoked token': [`${tokenKeptDays.default} days`],
    'concurrent password checks': [
      `${inText(`${PASSWORDS}/passwords.ts`, 'AT_ONCE')}, of`,
      `${inText(`${PASSWORDS}/login-turns.ts`, 'WAITING_PER_NETWORK')} logins from one address wait`,
      `${inText(`${PASSWORDS}/login-turns.ts`, 'WAITING')} in all`,
      `${inText(`${PASSWORDS}/passwords.ts`, 'WAITING_PER_OWNER')} new passwords of one account or project wait`,
      `${inText(`${PASSWORDS}/passwords.ts`, 'WAITING')} of all`,
    ],
    'login attempts': [
      `${inText(`${PASSWORDS}/login-limits.ts`, 'MAX_FAILURES')} failures in`,
      `${number(`${PASSWORDS}/failure-windows.ts`, 'WINDOW_MS') / 60_000} minutes`,
      `${inText(`${PASSWORDS}/login-limits.ts`, 'ADDRESS_FAILURES')} failures from one address`,
      `${number(`${PASSWORDS}/login-limits.ts`, 'ADDRESS_DELAY_MS') / 1_000} second each`,
      `${inText(`${PASSWORDS}/login-limits.ts`, 'NAME_FAILURES')} failures of a user from anywhere`,
      `${number(`${PASSWORDS}/login-limits.ts`, 'NAME_MAX_DELAY_MS') / 1_000} seconds`,
    ],
    'the request log': [
      `${requestLogMaxRows.default.toLocaleString('en-US')} calls`,
      `${requestLogDays.default} days`,
      `${inText('compose.ts', 'REQUESTS_QUEUED')} wait`,
    ],
    'the audit trail': [`${settings.auditDays.default} days`],
    'accounts and people': [
      `${inText('resources/users/project-users.ts', 'MAX_USERS')} users`,
      `${number('resources/sessions/sessions.ts', 'MAX_SESSIONS_PER_USER')} sessions`,
      number('resources/sessions/sessions.ts', 'SESSION_SECONDS') === 604_800 ? 'of a week' : '',
      number('resources/accounts/account-users.ts', 'LINK_MS') === 86_400_000 ? 'within a day' : '',
    ],
    'an operation run': [`${operationIdleSeconds.default} seconds`],
    'open databases': [
      `${maxOpenDatabases.default} (`,
      `${THREADS.reduce((sum, name) => sum + number('compose.ts', name), 0)} threads`,
    ],
  };

  for (const [what, words] of Object.entries(limits)) {
    test(what, () => {
      const limit = rows.get(what) ?? '';
      for (const part of words) assert.ok(` ${limit}`.includes(` ${part}`), `${part} in: ${limit}`);
    });
  }

  test('names every setting that limits something', () => {
    const table = [...rows.values()].join('\n');
    const missing = Object.values<Setting>(settings)
      .filter(({ kind }) => kind === 'integer' || kind === 'rate')
      .map(({ variable }) => variable)
      .filter((variable) => variable !== settings.port.variable && !table.includes(`\`${variable}\``));
    assert.deepEqual(missing, [], 'add them to the table "Limits" of docs/guides/operations.md');
  });

  test('lists no other limits', () => {
    const documented = [...rows.keys()].filter((what) => what !== 'what' && !what.startsWith('-'));
    assert.deepEqual(documented, Object.keys(limits));
  });
});

function unlimited(value: number | null): string {
  return value === null || value === 0 ? 'no limit by default' : `${value} by default`;
}

/** Returns the number after `NAME = ` or `name: ` in a source file of the server. Most of these constants are not exported. */
function number(path: string, name: string): number {
  const text = readText(`packages/server/src/${path}`);
  const found = new RegExp(String.raw`\b${name}(?: =|:) ([\d_]+)\b`).exec(text)?.[1];
  assert.ok(found !== undefined, `${name} in ${path}`);
  return Number(found.replaceAll('_', ''));
}

/** `10,000` */
function inText(path: string, name: string): string {
  return number(path, name).toLocaleString('en-US');
}

function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
