import { Type } from 'typebox';

import { invalidField } from '../../core/errors.ts';
import { timestamp } from '../../core/ids.ts';
import { ALLOWED_KEYWORD } from '../validation-details.ts';

const FORM = 'a time in UTC, YYYY-MM-DDTHH:MM:SSZ';

/** A time as clients write it; `toTime` reads it. */
export function timestampText(description?: string) {
  return Type.String({
    ...(description !== undefined && { description }),
    pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$',
    [ALLOWED_KEYWORD]: FORM,
  });
}

/**
 * In milliseconds since 1970.
 * @throws RowhouseError `validation_failed` for a day or an hour that no calendar has.
 */
export function toTime(text: string, field: string): number {
  const time = new Date(text);
  // `Date` takes 30 February for 2 March.
  const exists = !Number.isNaN(time.getTime()) && timestamp(time) === text;
  if (!exists) throw invalidField(field, `must be ${FORM}`);
  return time.getTime();
}
