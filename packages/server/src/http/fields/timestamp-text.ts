import { Type } from 'typebox';

import { invalidField } from '../../core/errors.ts';
import { timestamp } from '../../core/ids.ts';
import { ALLOWED_KEYWORD } from '../validation-details.ts';

const FORM = `^(\\d{4}-\\d\\d-\\d\\d)[Tt](\\d\\d:\\d\\d:\\d\\d)(\\.\\d+)?([Zz]|[+-]\\d\\d:\\d\\d)$`;
const PARTS = new RegExp(FORM);

/**
 * Returns the schema of a time as clients write it. `toTime` and `toMicros` parse it.
 * https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
export function timestampText(description?: string) {
  return Type.String({
    ...(description !== undefined && { description }),
    pattern: FORM,
    maxLength: 64,
    [ALLOWED_KEYWORD]:
      'a time by RFC 3339, such as 2026-06-02T01:23:45Z, also with a fraction (45.678Z) or an offset (+02:00)',
  });
}

/**
 * Returns the time in whole milliseconds since 1970, rounded down.
 * @throws RowhouseError `validation_failed` for a time that does not exist, or is not in the years 1 to 9999 of UTC.
 */
export function toTime(text: string, field: string): number {
  const { seconds, decimals } = secondsOf(text, field);
  return seconds * 1_000 + Number(decimals.slice(0, 3).padEnd(3, '0'));
}

/** Returns the time in whole microseconds since 1970, rounded up. @throws RowhouseError as `toTime`. */
export function toMicros(text: string, field: string): number {
  const { seconds, decimals } = secondsOf(text, field);
  const isBetween = /[1-9]/.test(decimals.slice(6));
  return seconds * 1_000_000 + Number(decimals.slice(0, 6).padEnd(6, '0')) + (isBetween ? 1 : 0);
}

/** Keeps the decimals apart: a sum with them would be rounded, and could be in the next second. */
function secondsOf(text: string, field: string): { readonly seconds: number; readonly decimals: string } {
  const [, date = '', time = '', fraction = '', offset = ''] = PARTS.exec(text) ?? [];
  const written = `${date}T${time}Z`;
  const local = Date.parse(written);
  // `Date` accepts 30 February as 2 March, and 24:00:00 as the next day.
  if (Number.isNaN(local) || timestamp(new Date(local)) !== written) {
    throw invalidField(field, `must be a time that exists${time.endsWith(':60') ? LEAP_SECOND : ''}`);
  }
  const utc = local - offsetMs(offset, field);
  if (utc < FIRST || utc > LAST) throw invalidField(field, 'must be in the years 1 to 9999 of UTC');
  return { seconds: utc / 1_000, decimals: fraction.slice(1) };
}

const LEAP_SECOND = '; a leap second is the second before or after it here';
const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59Z');

function offsetMs(offset: string, field: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(offset) ?? [];
  if (hours === undefined || minutes === undefined) return 0;
  if (Number(hours) > 23 || Number(minutes) > 59) {
    throw invalidField(field, 'must have an offset of at most 23:59');
  }
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -ms : ms;
}
