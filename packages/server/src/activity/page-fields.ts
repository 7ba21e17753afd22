import { type Static, Type } from 'typebox';

import { timestampText, toMicros } from '../http/fields/timestamp-text.ts';
import type { TimeRange } from './request-log/stored-rows.ts';

/** The query parameters of a list with cursors. */
export const cursorFields = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 500, default: 50, description: 'The maximum number of results.' }),
  ),
  cursor: Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'The `next_cursor` of the previous page; omitted for the first page.',
    }),
  ),
};

/** The keys after the items of such a page. */
export const cursorKeys = {
  limit: Type.Integer(),
  returned: Type.Integer(),
  has_more: Type.Boolean(),
  next_cursor: Type.Union([Type.String(), Type.Null()]),
};

export function cursorPage(limit: number, items: readonly unknown[], nextCursor: string | null) {
  return { limit, returned: items.length, has_more: nextCursor !== null, next_cursor: nextCursor };
}

export const rangeFields = {
  since: Type.Optional(timestampText('Only results that started at or after this time.')),
  until: Type.Optional(timestampText('Only results that started before this time.')),
};

const range = Type.Object(rangeFields);

/** @throws RowhouseError `validation_failed` for a time that does not exist. */
export function toRange({ since, until }: Static<typeof range>): TimeRange {
  return {
    since: since === undefined ? null : toMicros(since, 'query.since'),
    until: until === undefined ? null : toMicros(until, 'query.until'),
  };
}
