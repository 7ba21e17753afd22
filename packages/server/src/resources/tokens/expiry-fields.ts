import { Type } from 'typebox';

import { invalidField } from '../../core/errors.ts';
import { timestampText, toTime } from '../../http/fields/timestamp-text.ts';

/** When a token is to expire; null for never. */
export const tokenExpiry = Type.Union([timestampText(), Type.Null()]);

/** @throws RowhouseError `validation_failed` for a day or an hour that no calendar has, and for one that is over. */
export function requireFuture(expiresAt: string | null | undefined): void {
  if (expiresAt === null || expiresAt === undefined) return;
  const time = toTime(expiresAt, 'body.expires_at');
  if (time <= Date.now()) throw invalidField('body.expires_at', 'must be in the future');
}
