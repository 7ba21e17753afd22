import { Type } from 'typebox';

import type { BatchResult } from '../../engine/project-batches.ts';
import { keyword } from '../../http/fields/keyword.ts';
import {
  affectedAnswer,
  createdAnswer,
  deletedAnswer,
  writtenAnswer,
  writeCreated,
  writeRow,
} from './record-fields.ts';

export const BATCH_METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const;
const MAX_OPERATIONS = 1_000;

export const batchBody = Type.Object(
  {
    operations: Type.Array(
      Type.Object(
        {
          method: keyword(BATCH_METHODS),
          path: Type.String({
            minLength: 1,
            maxLength: 10_000,
            description:
              '`/records/{table}` or `/records/{table}/{id}`; `{0.row.id}` is a value from an earlier operation.',
          }),
          body: Type.Optional(
            Type.Unknown({
              description: 'The body of the operation’s own route; a value may be `{"$ref":"0.row.id"}`.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: MAX_OPERATIONS },
    ),
  },
  { additionalProperties: false },
);

export const batchAnswer = Type.Object({
  results: Type.Array(
    Type.Object({
      status: Type.Integer({ description: 'The status that the operation alone would have.' }),
      data: Type.Union([createdAnswer, writtenAnswer, deletedAnswer, affectedAnswer]),
    }),
  ),
});

/** Writes the data of the answer. */
export function writeResults(results: readonly BatchResult[]): string {
  const texts = results.map((result) => `{"status":${statusOf(result)},"data":${dataOf(result)}}`);
  return `{"results":[${texts.join(',')}]}`;
}

function statusOf(result: BatchResult): number {
  if (result.kind === 'create') return result.result.outcome === 'created' ? 201 : 200;
  return result.kind === 'createMany' && result.result.created > 0 ? 201 : 200;
}

function dataOf(result: BatchResult): string {
  switch (result.kind) {
    case 'get':
    case 'create':
    case 'update':
      return writeRow(result.result);
    case 'createMany':
      return writeCreated(result.result, result.upserted);
    case 'delete':
      return JSON.stringify({ deleted: true, table: result.result.table, id: result.key.whole });
    case 'updateMany':
    case 'deleteMany':
      return JSON.stringify({ table: result.result.table, affected_rows: result.result.affected });
  }
}
