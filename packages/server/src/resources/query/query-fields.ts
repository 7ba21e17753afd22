import { type Static, Type } from 'typebox';

import type { Credential } from '../../core/credential.ts';
import { invalidField } from '../../core/errors.ts';
import type { Query, QueryAnswer } from '../../engine/project-queries.ts';
import { allowedTables } from '../../http/access/permissions.ts';
import { fieldAt, type FieldOf, fieldsOf } from '../../http/subject-fields.ts';

const MAX_SQL_LENGTH = 100_000;
const MAX_LIMIT = 1_000;
const DEFAULT_LIMIT = 500;

const statement = Type.String({ minLength: 1, maxLength: MAX_SQL_LENGTH });

export const queryBody = Type.Object(
  {
    sql: Type.Optional(statement),
    /** The same, by another name. */
    query: Type.Optional(statement),
    params: Type.Optional(Type.Unknown()),
    limit: Type.Optional(Type.Integer()),
  },
  { additionalProperties: false },
);

export const queryAnswer = Type.Object(
  {
    rows: Type.Array(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]))),
    row_count: Type.Integer(),
    limit: Type.Integer(),
    duration_ms: Type.Integer(),
    columns: Type.Array(Type.String()),
    truncated: Type.Boolean(),
  },
  { title: 'QueryAnswer' },
);

/** @throws RowhouseError `validation_failed`. */
export function toQuery(body: Static<typeof queryBody>, credential: Credential): Query {
  const { sql, query, params, limit = DEFAULT_LIMIT } = body;
  const text = sql ?? query;
  if (text === undefined) throw invalidField('body.sql', 'is required');
  if (sql !== undefined && query !== undefined) {
    throw invalidField('body.query', 'must be left out where sql is given');
  }
  return {
    sql: text,
    parameters: parametersOf(params),
    limit: Math.min(Math.max(limit, 1), MAX_LIMIT),
    allowed: allowedTables(credential),
  };
}

/** Of a part of the query. */
export function queryFields({ sql }: Static<typeof queryBody>): FieldOf {
  return fieldsOf<Exclude<keyof Query, 'allowed'>>({
    sql: () => (sql === undefined ? 'body.query' : 'body.sql'),
    parameters: (path) => fieldAt('body.params', path),
    limit: () => 'body.limit',
  });
}

function parametersOf(params: unknown): Query['parameters'] {
  if (params === undefined || params === null) return null;
  if (isListOrObject(params)) return params;
  throw invalidField('body.params', 'must be an array of values for ?, or an object of values by name');
}

function isListOrObject(params: unknown): params is NonNullable<Query['parameters']> {
  return typeof params === 'object';
}

/** The keys in the contract's order, then ours. */
export function writeQueryAnswer(answer: QueryAnswer, { limit }: Query): string {
  const behind = JSON.stringify({
    row_count: answer.rowCount,
    limit,
    duration_ms: answer.durationMs,
    columns: answer.columns,
    truncated: answer.truncated,
  });
  return `{"rows":${answer.rowsJson},${behind.slice(1)}`;
}
