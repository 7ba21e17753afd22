import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Type } from 'typebox';

import type { ErrorDetail } from '../core/errors.ts';
import { type EdgeServer, startEdgeServer, tokensOf } from '../testing/http/edge-server.ts';
import { assertFailure } from '../testing/http/envelope-assertions.ts';
import { success } from './envelope.ts';
import { booleanLike, isTrue } from './fields/boolean-like.ts';
import { projectPath } from './fields/project-slug.ts';

const closed = { additionalProperties: false } as const;

const column = Type.Object(
  {
    column_name: Type.String({
      minLength: 1,
      maxLength: 8,
      pattern: '^[A-Za-z]\\w*$',
      'x-allowed': 'a letter, then letters, digits and _',
    }),
    column_type: Type.Optional(Type.Enum(['INTEGER', 'TEXT'])),
    default_value: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
  },
  closed,
);

let server: EdgeServer;
before(async () => {
  server = await startEdgeServer(
    (app) => {
      app.post(
        '/projects/:project/table/:id',
        {
          config: { access: 'admin' },
          schema: {
            params: projectPath({ id: Type.Integer({ minimum: 1 }) }),
            querystring: Type.Object(
              {
                limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
                order: Type.Optional(Type.Union([Type.Literal('asc'), Type.Literal('desc')])),
                count: Type.Optional(booleanLike),
                sort: Type.Optional(Type.String()),
              },
              closed,
            ),
            body: Type.Object(
              {
                columns: Type.Optional(Type.Array(column, { minItems: 1, maxItems: 3 })),
                rows: Type.Optional(Type.Union([column, Type.Array(column)])),
                note: Type.Optional(Type.Union([Type.String(), Type.Null()])),
              },
              closed,
            ),
          },
        },
        (request) =>
          success(request, {
            project: request.params.project,
            id: request.params.id,
            limit: request.query.limit,
            count: isTrue(request.query.count),
            sort: request.query.sort ?? null,
          }),
      );
    },
    { authenticator: tokensOf(new Map([['adm', { kind: 'admin' }]])) },
  );
});
after(() => server.app.close());

function post(path: string, body: unknown = {}): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer adm' };
  return fetch(server.url + path, { method: 'POST', body: JSON.stringify(body), headers });
}

async function dataOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text).data;
}

async function detailsOf(response: Response): Promise<readonly ErrorDetail[]> {
  const error = await assertFailure(response, 'validation_failed');
  return error.details ?? [];
}

test('numbers in a path and a query are read as JSON numbers, and missing ones have their default', async () => {
  assert.deepEqual(await dataOf(await post('/projects/example/table/12?limit=7&sort=12')), {
    project: 'example',
    id: 12,
    limit: 7,
    count: false,
    sort: '12',
  });
  assert.equal((await dataOf(await post('/projects/example/table/12')))['limit'], 100);
  assert.equal((await dataOf(await post('/projects/example/table/12?limit=1e2')))['limit'], 100);
});

test('a number in an unusual spelling is refused in a path and a query', async () => {
  for (const text of ['007', '0x7', '0b111', '%2B7', '+7', '7%20', '.7e1', '7.']) {
    assert.deepEqual(await detailsOf(await post(`/projects/example/table/${text}?limit=${text}`)), [
      { field: 'path.id', message: 'must be an integer' },
      { field: 'query.limit', message: 'must be an integer' },
    ]);
  }
});

test('a slug is normalised to lower case', async () => {
  assert.equal(
    (await dataOf(await post('/projects/Example_Project-1/table/1')))['project'],
    'example_project-1',
  );
});

test('an invalid slug is refused', async () => {
  for (const slug of ['a.b', 'a%20b', 'caf%C3%A9', '%E2%84%AA', 'a%2Fb', '%00']) {
    assert.deepEqual(await detailsOf(await post(`/projects/${slug}/table/1`)), [
      { field: 'path.project', message: 'must be letters, digits, "_" and "-"' },
    ]);
  }
  assert.equal((await dataOf(await post(`/projects/${'a'.repeat(63)}/table/1`)))['project'], 'a'.repeat(63));
  assert.deepEqual(await detailsOf(await post(`/projects/${'a'.repeat(64)}/table/1`)), [
    { field: 'path.project', message: 'must be at most 63 characters' },
  ]);
});

test('flags are true only in the spellings of the contract', async () => {
  for (const flag of ['true', '1', 'yes', 'on']) {
    assert.equal((await dataOf(await post(`/projects/a/table/1?count=${flag}`)))['count'], true, flag);
  }
  for (const flag of ['false', '0', 'no', 'off', '', 'TRUE', '2', 'null']) {
    assert.equal((await dataOf(await post(`/projects/a/table/1?count=${flag}`)))['count'], false, flag);
  }
});

const refused: readonly (readonly [
  what: string,
  query: string,
  body: unknown,
  field: string,
  message: string,
])[] = [
  ['an unknown field', '', { colums: [] }, 'body.colums', 'is not known; allowed: columns, rows, note'],
  [
    'an unknown query parameter',
    '?offest=1',
    {},
    'query.offest',
    'is not known; allowed: limit, order, count, sort',
  ],
  ['a repeated query parameter', '?limit=1&limit=2', {}, 'query.limit', 'must be given only once'],
  ['a repeated text parameter', '?sort=a&sort=b', {}, 'query.sort', 'must be given only once'],
  ['a number above its maximum', '?limit=501', {}, 'query.limit', 'must be at most 500'],
  ['a number below its minimum', '?limit=0', {}, 'query.limit', 'must be at least 1'],
  ['no number', '?limit=ten', {}, 'query.limit', 'must be an integer'],
  ['an empty number', '?limit=', {}, 'query.limit', 'must be an integer'],
  ['a number that is infinite', '?limit=1e999', {}, 'query.limit', 'must be an integer'],
  ['one that is infinite the other way', '?limit=-1e999', {}, 'query.limit', 'must be an integer'],
  ['a fraction', '?limit=1.5', {}, 'query.limit', 'must be an integer'],
  ['a value outside a choice', '?order=up', {}, 'query.order', 'must be one of asc, desc'],
  ['a wrong type', '', { note: 5 }, 'body.note', 'must be a string or null'],
  ['a number for a list', '', { columns: 5 }, 'body.columns', 'must be an array'],
  ['an empty list', '', { columns: [] }, 'body.columns', 'must not be empty'],
  ['a missing field inside', '', { columns: [{}] }, 'body.columns[0].column_name', 'is required'],
  [
    'an unknown field inside',
    '',
    { columns: [{ column_name: 'a', size: 5 }] },
    'body.columns[0].size',
    'is not known; allowed: column_name, column_type, default_value',
  ],
  [
    'text for a number',
    '',
    { columns: [{ column_name: 12 }] },
    'body.columns[0].column_name',
    'must be a string',
  ],
  [
    'text too long',
    '',
    { columns: [{ column_name: 'abcdefghi' }] },
    'body.columns[0].column_name',
    'must be at most 8 characters',
  ],
  [
    'text that breaks a rule',
    '',
    { columns: [{ column_name: '1a' }] },
    'body.columns[0].column_name',
    'must be a letter, then letters, digits and _',
  ],
  [
    'a value outside a list',
    '',
    { columns: [{ column_name: 'a', column_type: 'VARCHAR' }] },
    'body.columns[0].column_type',
    'must be one of INTEGER, TEXT',
  ],
  [
    'a nested value',
    '',
    { columns: [{ column_name: 'a', default_value: [1] }] },
    'body.columns[0].default_value',
    'must be a string or a number or true or false or null',
  ],
  ['neither alternative', '', { rows: 5 }, 'body.rows', 'must be an object or an array'],
  [
    'a fault in the alternative that was meant',
    '',
    { rows: [{ column_name: 'a', size: 1 }] },
    'body.rows[0].size',
    'is not known; allowed: column_name, column_type, default_value',
  ],
];

for (const [what, query, body, field, message] of refused) {
  test(`${what}: ${field} ${message}`, async () => {
    assert.deepEqual(await detailsOf(await post(`/projects/a/table/1${query}`, body)), [{ field, message }]);
  });
}

test('every fault in the path, the query and the body of a request is named at once', async () => {
  const details = await detailsOf(
    await post('/projects/a.b/table/0?limit=0&offest=1', { note: 5, columns: [{ column_name: 1 }, {}] }),
  );
  assert.deepEqual(details.map((detail) => detail.field).toSorted(), [
    'body.columns[0].column_name',
    'body.columns[1].column_name',
    'body.note',
    'path.id',
    'path.project',
    'query.limit',
    'query.offest',
  ]);
});

test('a body with a million faults is answered with only a few of them', async () => {
  const details = await detailsOf(
    await post('/projects/a/table/1', { rows: Array.from({ length: 1_000_000 }, () => 1) }),
  );
  assert.ok(details.length >= 1 && details.length <= 100);
});
