import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { type ProjectClient, startProject } from '../../testing/http/project-client.ts';
import { type Answer, fieldsAtFault } from '../../testing/http/test-server.ts';

const ROWS = [{ id: 1 }, { id: 2 }];

let project: ProjectClient;

before(async () => {
  project = await startProject('CREATE TABLE people(id INTEGER PRIMARY KEY, note TEXT) STRICT;');
});
after(() => project[Symbol.asyncDispose]());

interface Way {
  /** The part of the request that contains `where` and `allow_all`. */
  readonly place: string;
  readonly send: (body: object) => Promise<Answer>;
  readonly affected: (data: Answer['body']['data']) => number;
}

const alone: Pick<Way, 'place' | 'affected'> = {
  place: 'body.',
  affected: (data) => data.affected_rows,
};
const inBatch: Pick<Way, 'place' | 'affected'> = {
  place: 'body.operations[0].body.',
  affected: (data) => data.results[0].data.affected_rows,
};
const NOTE = { data: { note: 'seen' } };

const WAYS: Readonly<Record<string, Way>> = {
  'a deletion': { ...alone, send: (body) => project.call('DELETE', 'records/people', body) },
  'a change': { ...alone, send: (body) => project.call('PATCH', 'records/people', { ...NOTE, ...body }) },
  'a deletion in a batch': { ...inBatch, send: (body) => sendInBatch('DELETE', body) },
  'a change in a batch': { ...inBatch, send: (body) => sendInBatch('PATCH', { ...NOTE, ...body }) },
};

function sendInBatch(method: string, body: object): Promise<Answer> {
  return project.call('POST', 'batch', { operations: [{ method, path: '/records/people', body }] });
}

const YES = [true, 1, '1', 'true', 'yes', 'on'];
const NO = [undefined, false, 0, '0', 'no', 'off', 'false', '', 'TRUE', 'Yes', 2, null];

for (const [name, { place, send, affected }] of Object.entries(WAYS)) {
  const assertRefused = async (body: object, field: string) => {
    const answer = await send(body);
    assert.equal(answer.body.error?.code, 'validation_failed', JSON.stringify(body));
    assert.deepEqual(fieldsAtFault(answer), [`${place}${field}`], JSON.stringify(body));
  };

  describe(name, () => {
    test('of all rows requires allow_all to be true', async () => {
      for (const where of [undefined, {}, []]) {
        for (const allow_all of NO) await assertRefused({ where, allow_all }, 'where');
        for (const allow_all of YES) {
          await project.data('POST', 'records/people', {
            rows: ROWS,
            on_conflict: { columns: ['id'], action: 'ignore' },
          });
          const { body } = await send({ where, allow_all });
          assert.equal(affected(body.data), ROWS.length, JSON.stringify({ where, allow_all }));
        }
      }
    });

    test('refuses a where that is neither an object nor an array, even with allow_all', async () => {
      for (const where of [null, true, 0, '', 'all', '{}']) {
        await assertRefused({ where, allow_all: true }, 'where');
      }
    });

    test('refuses an allow_all that is an array or an object', async () => {
      for (const allow_all of [[], [true], {}, { yes: true }]) {
        await assertRefused({ where: { id: 1 }, allow_all }, 'allow_all');
      }
    });
  });
}
