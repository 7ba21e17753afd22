import { Type } from 'typebox';

import { invalidField } from '../../core/errors.ts';
import { timestamp } from '../../core/ids.ts';
import { timestampText, toTime } from '../../http/fields/timestamp-text.ts';

/** The expiry of a token; null for none. */
export const tokenExpiry = Type.Union([timestampText(), Type.Null()]);

/**
 * Returns the expiry as it is stored and shown: in UTC and whole seconds. A fraction is dropped, so no token lives longer than
 * requested.
 * @throws RowhouseError `validation_failed` for a time that does not exist or is in the past.
 */
export function toExpiry<None extends null | undefined>(requested: string | None): string | None {
  if (typeof requested !== 'string') return requested;
  const time = new Date(toTime(requested, 'body.expires_at'));
  time.setUTCMilliseconds(0);
  if (time.getTime() <= Date.now()) throw invalidField('body.expires_at', 'must be in the future');
  return timestamp(time);
}
