import { Type } from 'typebox';

import { invalidField } from '../../core/errors.ts';
import { timestamp } from '../../core/ids.ts';
import { ALLOWED_KEYWORD } from '../validation-details.ts';

const FORM = 'a time in UTC, YYYY-MM-DDTHH:MM:SSZ';

/** Returns the schema of a time as clients write it. `toTime` parses it. */
export function timestampText(description?: string) {
  return Type.String({
    ...(description !== undefined && { description }),
    pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$',
    [ALLOWED_KEYWORD]: FORM,
  });
}

/**
 * Returns the time in milliseconds since 1970.
 * @throws RowhouseError `validation_failed` for a day or time that does not exist.
 */
export function toTime(text: string, field: string): number {
  const time = new Date(text);
  // `Date` accepts 30 February as 2 March.
  const exists = !Number.isNaN(time.getTime()) && timestamp(time) === text;
  if (!exists) throw invalidField(field, `must be ${FORM}`);
  return time.getTime();
}
