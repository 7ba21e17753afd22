import { Type } from 'typebox';

import { invalidField, type RowhouseError } from '../../core/errors.ts';
import { isRealNumber } from '../../core/real-number.ts';
import { isTaggedValue, type Tag, type ValueFormat } from '../../core/tagged-value.ts';

const content = Type.Optional(Type.String());

/** An object with one of these keys. */
const taggedValue = Type.Object(
  {
    $blob: content,
    $integer: content,
    $real: content,
    $text: content,
    $text_bytes: content,
  } satisfies Readonly<Record<Tag, unknown>>,
  { title: 'TaggedValue', minProperties: 1, maxProperties: 1, additionalProperties: false },
);

/** A value in an answer. Only the tagged format has objects. */
export const shownValue = Type.Union([Type.String(), Type.Number(), Type.Null(), taggedValue]);

/** A value in a request, which `requireClientValue` checks. */
export const clientValue = Type.Unknown({
  description: 'A string, a number, true, false or null; in the tagged format also a tagged value.',
});

/** @throws RowhouseError `validation_failed` for an array or an object, except a tagged value in the tagged format. */
export function requireClientValue(value: unknown, field: string, format: ValueFormat): void {
  if (!isClientValue(value, format)) throw notClientValue(field, format);
}

/** Whether a value is neither an array nor an object, except a tagged value in the tagged format. */
export function isClientValue(value: unknown, format: ValueFormat): boolean {
  const isNested = typeof value === 'object' && value !== null && !isRealNumber(value);
  return !isNested || (format === 'tagged' && isTaggedValue(value));
}

/** Returns the error for an array or an object in place of a value. */
export function notClientValue(field: string, format: ValueFormat): RowhouseError {
  const also = format === 'tagged' ? ', or a tagged value such as {"$blob":"AQID"}' : '';
  return invalidField(field, `must be a string, a number, true, false or null${also}`);
}
