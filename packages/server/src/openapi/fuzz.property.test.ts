import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, test } from 'node:test';

import * as fc from 'fast-check';

import {
  forProject,
  type FurnishedProject,
  furnishProject,
  WORDS,
} from '../testing/fuzz/furnished-project.ts';
import { type RandomRequest, randomRequests } from '../testing/fuzz/random-requests.ts';
import { borrowTestServer } from '../testing/http/borrowed-server.ts';
import { answerChecker, type ReceivedAnswer } from '../testing/http/documented-answers.ts';
import { type ExactAnswer, sendExactly } from '../testing/http/exact-request.ts';
import { ADMIN_TOKEN, type TestServer } from '../testing/http/test-server.ts';
import type { OpenApiDocument } from './document.ts';

/** More with PROPERTY_RUNS (`npm run test:long`); PROPERTY_SEED replays a failure that printed its seed. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 600);
const SEED = process.env['PROPERTY_SEED'];

/** The number of requests before a new project, because requests delete things. */
const REQUESTS_OF_A_PROJECT = 25;

let server: TestServer;
let document: OpenApiDocument;
let project: FurnishedProject;
const agent = new Agent({ keepAlive: true });

before(async () => {
  server = await borrowTestServer();
  const { paths, ...rest } = (await (await server.fetch('GET', '/openapi.json')).json()) as OpenApiDocument;
  document = { ...rest, paths: withoutAdminToken(paths) };
});
after(async () => {
  agent.destroy();
  await server[Symbol.asyncDispose]();
});

test(`every random request has an answer that the document describes, and none is a failure of the service (${RUNS} requests)`, async () => {
  const problemOf = answerChecker(document);
  const outcomes: Outcome[] = [];
  const property = fc.asyncProperty(randomRequests({ document, words: WORDS }), async (random) => {
    if (outcomes.length % REQUESTS_OF_A_PROJECT === 0) {
      project = await nextProject(outcomes.length / REQUESTS_OF_A_PROJECT);
    }
    const answer = await send(random);
    outcomes.push({ operation: `${random.method} ${random.path}`, succeeded: answer.status < 400 });
    assertDocumented(random, answer, problemOf);
  });
  await fc.assert(property, { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) });
  if (RUNS >= 2_000) assertWorthwhile(outcomes);
});

/** A new admin token would end the one that the other requests use. `tokens/admin-token.test.ts` tests the route. */
function withoutAdminToken(paths: OpenApiDocument['paths']): OpenApiDocument['paths'] {
  return Object.fromEntries(Object.entries(paths).filter(([path]) => path !== '/admin/token'));
}

interface Outcome {
  readonly operation: string;
  readonly succeeded: boolean;
}

/** Every fourth project is empty, so that requests can also create the things of the others. */
async function nextProject(number: number): Promise<FurnishedProject> {
  const slug = `orchard_${number}`;
  if (number % 4 < 3) return furnishProject(server, slug);
  return { slug, token: await server.createProject(slug), exportId: 'exp_20261123_115845_d308df2c69' };
}

/** Fails if too few requests succeeded for a meaningful test. */
function assertWorthwhile(outcomes: readonly Outcome[]): void {
  const requested = new Set(outcomes.map(({ operation }) => operation));
  const succeeded = outcomes.filter((outcome) => outcome.succeeded);
  const operations = Object.values(document.paths).flatMap((byMethod) => Object.keys(byMethod));
  assert.equal(requested.size, operations.length, 'every operation was asked');
  assert.ok(succeeded.length > outcomes.length / 4, `${succeeded.length} of ${outcomes.length} succeeded`);
  const ofThem = new Set(succeeded.map(({ operation }) => operation)).size;
  assert.ok(ofThem > 0.8 * operations.length, `${ofThem} of ${operations.length} operations succeeded`);
}

function send(random: RandomRequest): Promise<ExactAnswer> {
  const secret = { admin: ADMIN_TOKEN, token: project.token, unknown: 'pat_unknown', none: null }[
    random.credential
  ];
  const headers = {
    ...(secret !== null && { authorization: `Bearer ${secret}` }),
    ...(random.contentType !== null && random.body !== null && { 'content-type': random.contentType }),
  };
  const body = random.body === null ? null : forProject(random.body, project);
  const target = forProject(random.target, project);
  return sendExactly(server.url, { method: random.method, target, headers, body }, agent);
}

function assertDocumented(
  { method, path }: RandomRequest,
  { status, headers, text }: ExactAnswer,
  problemOf: (answer: ReceivedAnswer) => string | null,
): void {
  assert.ok(status < 500 || status === 504, `${status} ${text}`);
  const isJson = headers['content-type']?.startsWith('application/json') ?? false;
  const json: unknown = isJson ? JSON.parse(text) : null;
  assert.equal(problemOf({ method: method.toLowerCase(), path, status, json }), null, text);
  if (status === 400) assertNamesPlace(json);
}

/** The error names a field, or the position in the JSON. */
function assertNamesPlace(json: unknown): void {
  const { error } = json as {
    readonly error: {
      readonly code: string;
      readonly message: string;
      readonly details?: readonly { readonly field: string }[];
    };
  };
  if (error.code === 'invalid_json') assert.match(error.message, /line \d+, column \d+/);
  if (error.code !== 'validation_failed' && error.code !== 'invalid_export_format') return;
  const fields = (error.details ?? []).map(({ field }) => field);
  assert.ok(fields.length > 0, JSON.stringify(error));
  for (const field of fields) assert.match(field, /^(?:path|query|body)(?![a-z])/, JSON.stringify(error));
}
