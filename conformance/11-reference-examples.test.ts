import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { assertAccepted, type Data, readAnswer, readGroupedAnswer } from './answer.ts';
import { documented } from './contract.ts';
import { assertExpected } from './expected.ts';
import { type Example, EXAMPLES } from './reference-examples.ts';
import { openService } from './tested-service.ts';

const service = await openService();
after(() => service.close());

const OPERATION = {
  'x-operation-key': 'edit-profile-email',
  'x-operation-run-id': 'oprun_client_20260602_001',
};

/** The project in which an example is sent, and what stands for the names of the documentation. */
interface Place {
  readonly slug: string;
  readonly freeSlug: string;
  readonly token: string;
  readonly tokenId: number;
  readonly accountUserId: number;
}

async function newPlace(): Promise<Place> {
  const slug = service.newSlug();
  const project = { project_slug: slug, project_name: 'Example' };
  const { token }: Data = await service.accept(201, 'POST', '/projects', project, { token: service.admin });
  const { token: secret, token_id, account_user_id } = token;
  return {
    slug,
    freeSlug: service.newSlug(),
    token: secret,
    tokenId: token_id,
    accountUserId: account_user_id,
  };
}

function withNamesOf({ slug, freeSlug, tokenId, accountUserId }: Place, text: string): string {
  return text
    .replaceAll('example_project', slug)
    .replaceAll('support_app', freeSlug)
    .replaceAll('{token_id}', String(tokenId))
    .replaceAll('"account_user_id":123', `"account_user_id":${accountUserId}`);
}

async function send(
  place: Place,
  request: string,
  body: object | undefined,
  headers = {},
): Promise<Response> {
  const [method = '', path = ''] = withNamesOf(place, request).split(' ');
  const json: unknown = body && JSON.parse(withNamesOf(place, JSON.stringify(body)));
  return service.fetch(method, path, json, { token: place.token, headers });
}

async function prepare(place: Place, given: Example['given'] = []): Promise<void> {
  for (const [request, body] of given)
    assertAccepted(await readAnswer(await send(place, request, body)), 201, [request]);
}

/** The data, with the slug of the documentation. */
function documentedData(place: Place, data: Data): unknown {
  return JSON.parse(JSON.stringify(data).replaceAll(place.slug, 'example_project'));
}

for (const example of EXAMPLES) {
  const { request, status = 200, given, basic, full = basic } = example;
  const title = basic.body === undefined ? request : `${request} ${JSON.stringify(basic.body)}`;
  describe(title, () => {
    documented(
      'the basic request',
      async () => {
        const place = await newPlace();
        await prepare(place, given);
        const answer = await readAnswer(await send(place, request + (basic.query ?? ''), basic.body));
        assertExpected(documentedData(place, assertAccepted(answer, status, [request])), basic.data);
      },
      { needs: 'projects' },
    );

    documented(
      'the full request, as a call of an operation',
      async () => {
        const place = await newPlace();
        await prepare(place, given);
        const response = await send(place, request + (full.query ?? ''), full.body, OPERATION);
        const answer = await readGroupedAnswer(response);
        assertExpected(documentedData(place, assertAccepted(answer, status, [request])), full.data);
        const { operation_key, operation_run_id, operation_grouping_status } = answer.body;
        assert.deepEqual(
          [operation_key, operation_run_id, operation_grouping_status],
          [...Object.values(OPERATION), 'accepted_provided_run'],
        );
      },
      { needs: 'projects' },
    );
  });
}
