import { Type } from 'typebox';

import { invalidField } from '../errors.ts';
import { timestamp } from '../http/ids.ts';
import { ALLOWED_KEYWORD } from '../http/validation-details.ts';

const FORM = 'a time in UTC, YYYY-MM-DDTHH:MM:SSZ';

/** When a token is to expire; null for never. */
export const tokenExpiry = Type.Union([
  Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$', [ALLOWED_KEYWORD]: FORM }),
  Type.Null(),
]);

/** @throws RowhouseError `validation_failed` for a day or an hour that no calendar has, and for one that is over. */
export function requireFuture(expiresAt: string | null | undefined): void {
  if (expiresAt === null || expiresAt === undefined) return;
  const time = new Date(expiresAt);
  // `Date` takes 30 February for 2 March.
  const exists = !Number.isNaN(time.getTime()) && timestamp(time) === expiresAt;
  if (!exists) throw invalidField('body.expires_at', `must be ${FORM}`);
  if (time.getTime() <= Date.now()) throw invalidField('body.expires_at', 'must be in the future');
}
