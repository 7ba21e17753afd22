import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';

import { temporaryFolder } from '../packages/server/src/testing/system/temporary-folder.ts';
import { type RunningCommand, startCommandServer } from '../packages/server/src/testing/tools/command.ts';
import { type GuideStep, readGuidePages } from './guide-pages.ts';

describe('the commands of the guides give the answers that the pages show', () => {
  const folder = temporaryFolder();
  let server: RunningCommand;
  before(async () => {
    server = await startCommandServer({ ROWHOUSE_DATA_DIR: folder.path });
  });
  after(async () => {
    await server.stop('SIGKILL');
    folder[Symbol.dispose]();
  });

  for (const { name, steps } of readGuidePages()) {
    test(name, async () => {
      const token = /project token\s+(pat_\w+)/.exec(server.stdout())?.[1] ?? '';
      // The page on authentication replaces it; no other page uses it.
      const admin = /admin token\s+(adm_\w+)/.exec(server.stdout())?.[1] ?? '';
      const results = await run(steps, { ROWHOUSE_URL: server.url, TOKEN: token, ADMIN: admin });
      for (const [position, step] of steps.entries()) assertStep(step, results[position]);
    });
  }
});

const MAIN = join(import.meta.dirname, '../packages/server/src/main.ts');

/** What the commands of a step printed, and the status of each call. */
interface StepResult {
  readonly printed: string;
  readonly statuses: readonly string[];
}

const END_OF_STEP = '\u001e';

/** Each call prints its answer on a line, and its status to file descriptor 3. Neither ends the script if the call fails. */
const PRELUDE = String.raw`
rowhouse() { "${process.execPath}" "${MAIN}" "$@"; }
curl() { command curl --silent --show-error --write-out '\n%{stderr}%{http_code}\n' "$@" 2>&3; }
end_of_step() { printf '\x1e'; printf '\x1e' >&3; }
`;

/** Runs the steps of a page in one shell, as a reader does. */
async function run(
  steps: readonly GuideStep[],
  environment: Readonly<Record<string, string>>,
): Promise<readonly StepResult[]> {
  const script = PRELUDE + steps.map(({ commands }) => `${commands}\nend_of_step\n`).join('');
  const child = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const [printed, errors, statuses] = await Promise.all(
    child.stdio.slice(1).map((stream) => text(stream as NodeJS.ReadableStream)),
  );
  const [exitCode] = await ended;
  assert.equal(exitCode, 0, `${errors}${printed}${statuses}`);
  const statusesOf = (statuses ?? '').split(END_OF_STEP);
  return (printed ?? '').split(END_OF_STEP).map((output, position) => ({
    printed: output,
    statuses: statusesOf[position]?.trim().split('\n') ?? [],
  }));
}

function assertStep({ commands, status, answer }: GuideStep, result: StepResult | undefined): void {
  const { printed = '', statuses = [] } = result ?? {};
  const context = `${commands}${printed}`;
  const successes = status === null ? statuses : statuses.slice(0, -1);
  assert.ok(statuses.length > 0, context);
  for (const success of successes) assert.match(success, /^20[01]$/, context);
  if (status !== null) assert.equal(statuses.at(-1), String(status), context);
  if (answer === null) return;

  const envelope = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Envelope;
  const received = isEnvelope(answer) ? envelope : envelope.data;
  assert.equal(stable(received), stable(answer), context);
}

interface Envelope {
  readonly data: unknown;
}

function isEnvelope(answer: object): boolean {
  return Object.keys(answer)[0] === 'ok';
}

/** What differs from run to run: ids, tokens, times and measurements. */
const VARYING_TEXT = /^(?:req_|oprun_|pat_|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$)/;
const VARYING_NUMBER = /^(?:token_id|account_user_id|notused|.*_ms|.*_bytes|bytes_.*)$/;

/** The JSON with its keys in order, in which what varies is replaced by its kind. */
function stable(answer: unknown): string {
  return JSON.stringify(answer, withoutVariation, 2);
}

function withoutVariation(key: string, value: unknown): unknown {
  if (typeof value === 'number' && VARYING_NUMBER.test(key)) return 'a number';
  if (typeof value === 'string') return VARYING_TEXT.exec(value)?.[0].replaceAll(/\d/g, '0') ?? value;
  return value;
}
