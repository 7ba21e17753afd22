import { type Static, Type } from 'typebox';

import type { Credential } from '../../core/credential.ts';
import { invalidField } from '../../core/errors.ts';
import { isRealNumber } from '../../core/real-number.ts';
import type { ValueFormat } from '../../core/tagged-value.ts';
import type { Query, QueryAnswer } from '../../engine/project-queries.ts';
import { allowedTables } from '../../http/access/permissions.ts';
import { isClientValue, notClientValue, shownValue } from '../../http/fields/client-value.ts';
import { fieldAt, type FieldOf, fieldsOf } from '../../http/subject-fields.ts';

const MAX_SQL_LENGTH = 100_000;
const MAX_LIMIT = 1_000;
const DEFAULT_LIMIT = 500;
/** SQLITE_MAX_VARIABLE_NUMBER: https://www.sqlite.org/limits.html */
const MAX_PARAMETERS = 32_766;

const statement = Type.String({ minLength: 1, maxLength: MAX_SQL_LENGTH });

export const queryBody = Type.Object(
  {
    sql: Type.Optional(statement),
    /** Another name of `sql`. */
    query: Type.Optional(statement),
    params: Type.Optional(Type.Unknown()),
    limit: Type.Optional(Type.Integer()),
  },
  { additionalProperties: false },
);

export const queryAnswer = Type.Object(
  {
    rows: Type.Array(Type.Record(Type.String(), shownValue)),
    row_count: Type.Integer(),
    limit: Type.Integer(),
    duration_ms: Type.Integer(),
    columns: Type.Array(Type.String()),
    truncated: Type.Boolean(),
  },
  { title: 'QueryAnswer' },
);

/** @throws RowhouseError `validation_failed`. */
export function toQuery(
  body: Static<typeof queryBody>,
  credential: Credential,
  valueFormat: ValueFormat,
): Query {
  const { sql, query, params, limit = DEFAULT_LIMIT } = body;
  const text = sql ?? query;
  if (text === undefined) throw invalidField('body.sql', 'is required');
  if (sql !== undefined && query !== undefined) {
    throw invalidField('body.query', 'must be omitted if sql is given');
  }
  return {
    sql: text,
    parameters: parametersOf(params, valueFormat),
    limit: Math.min(Math.max(limit, 1), MAX_LIMIT),
    allowed: allowedTables(credential),
    valueFormat,
  };
}

/** Of a part of the query. */
export function queryFields({ sql }: Static<typeof queryBody>): FieldOf {
  return fieldsOf<Exclude<keyof Query, 'allowed' | 'valueFormat'>>({
    sql: () => (sql === undefined ? 'body.query' : 'body.sql'),
    parameters: (path) => fieldAt('body.params', path),
    limit: () => 'body.limit',
  });
}

function parametersOf(params: unknown, format: ValueFormat): Query['parameters'] {
  if (params === undefined || params === null) return null;
  if (!isListOrObject(params)) {
    throw invalidField('body.params', 'must be an array of values for ?, or an object of values by name');
  }
  requireFewValues(params, format);
  return params;
}

/** Refuses invalid values before they are copied to a process: copying millions of values blocks the event loop. */
function requireFewValues(params: NonNullable<Query['parameters']>, format: ValueFormat): void {
  const isList = Array.isArray(params);
  // Before the values are examined: there may be millions.
  if ((isList ? params.length : Object.keys(params).length) > MAX_PARAMETERS) {
    throw invalidField('body.params', `must be at most ${MAX_PARAMETERS} values`);
  }
  const nested = Object.entries<unknown>(params).find(([, value]) => !isClientValue(value, format));
  if (nested === undefined) return;
  const field = isList ? `body.params[${nested[0]}]` : `body.params.${nested[0]}`;
  throw notClientValue(field, format);
}

function isListOrObject(params: unknown): params is NonNullable<Query['parameters']> {
  return typeof params === 'object' && !isRealNumber(params);
}

/** Writes the answer with the contract's keys in order, then ours. */
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
