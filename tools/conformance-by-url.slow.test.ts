import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { temporaryFolder } from '../packages/server/src/testing/system/temporary-folder.ts';
import { type RunningCommand, startCommandServer } from '../packages/server/src/testing/tools/command.ts';

const root = join(import.meta.dirname, '..');

// The suite itself runs with the tests anyway. This file tests only its ways to connect to a server, for which two files are enough.
const quick = ['conformance/1-conventions.test.ts', 'conformance/5-projects.test.ts'];
const files = process.env['PROPERTY_RUNS'] === undefined ? quick : ['conformance/**/*.test.ts'];

const admin = 'adm_for_the_conformance_suite_0123456789';

const folder = temporaryFolder();
let server: RunningCommand;
let token: string;

before(async () => {
  server = await startCommandServer({ ROWHOUSE_DATA_DIR: folder.path, ROWHOUSE_ADMIN_TOKEN: admin });
  const project = await call('POST', '/projects', { project_slug: 'given', project_name: 'Given' });
  token = project.token.token;
});
after(async () => {
  await server.stop('SIGTERM');
  folder[Symbol.dispose]();
});

describe('the conformance suite, run against a base URL', () => {
  test('creates projects with the admin credential, and deletes them', async () => {
    const { failed, passed, skipped } = await runSuite({ ROWHOUSE_TEST_TOKEN: admin });
    assert.deepEqual({ failed, skipped }, { failed: 0, skipped: 0 });
    assert.ok(passed > 0);
    const { projects } = await call('GET', '/projects');
    assert.deepEqual(
      projects.map(({ project_slug }: { readonly project_slug: string }) => project_slug),
      ['example_project', 'given'],
    );
  });

  test('uses only a given project with a project token, leaves nothing there, and can test only the reference', async () => {
    const { failed, passed, skipped } = await runSuite({
      ROWHOUSE_TEST_TOKEN: token,
      ROWHOUSE_TEST_PROJECT: 'given',
      ROWHOUSE_TEST_CONTRACT: 'reference',
    });
    assert.equal(failed, 0);
    assert.ok(passed > 0 && skipped > 0);
    assert.deepEqual((await call('GET', '/projects/given/tables')).tables, []);
    const { tokens } = await call('GET', '/projects/given/auth/tokens');
    assert.equal(
      tokens.filter((listed: { revoked_at: string | null }) => listed.revoked_at === null).length,
      1,
    );
    assert.deepEqual((await call('GET', '/projects/given/exports')).exports, []);
  });
});

// oxlint-disable-next-line typescript/no-explicit-any -- a test reads the fields that it expects, and fails if one is missing
async function call(method: string, path: string, json?: unknown): Promise<any> {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  const { data } = (await response.json()) as { readonly data: unknown };
  return data;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

async function runSuite(environment: Readonly<Record<string, string>>): Promise<Counts> {
  const words = ['--test', '--test-concurrency=3', '--test-reporter=tap', ...files];
  // The runner marks its child processes; without the mark, this one prints its own report.
  const { NODE_TEST_CONTEXT: _context, ...inherited } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, words, {
    cwd: root,
    env: { ...inherited, ROWHOUSE_TEST_URL: server.url, ...environment },
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: unknown) => {
    assert.ok(error instanceof Error && 'stdout' in error && typeof error.stdout === 'string');
    return { stdout: error.stdout };
  });
  const count = (name: string) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(stdout)?.[1]);
  const counts = { passed: count('pass'), failed: count('fail'), skipped: count('skipped') };
  assert.equal(counts.failed, 0, failuresIn(stdout));
  return counts;
}

/** The failed tests of the report, with their messages. */
function failuresIn(report: string): string {
  const failures = report.matchAll(/^ *not ok [^]*?^ *\.\.\.$/gm);
  return [...failures]
    .map(([text]) => text)
    .join('\n')
    .slice(0, 10_000);
}
