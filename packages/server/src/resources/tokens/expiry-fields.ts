import { Type } from 'typebox';

import { invalidField } from '../../core/errors.ts';
import { timestampText, toTime } from '../../http/fields/timestamp-text.ts';

/** The expiry of a token; null for none. */
export const tokenExpiry = Type.Union([timestampText(), Type.Null()]);

/** @throws RowhouseError `validation_failed` for a time that does not exist or is in the past. */
export function requireFuture(expiresAt: string | null | undefined): void {
  if (expiresAt === null || expiresAt === undefined) return;
  const time = toTime(expiresAt, 'body.expires_at');
  if (time <= Date.now()) throw invalidField('body.expires_at', 'must be in the future');
}
