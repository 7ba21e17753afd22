import { invalidField } from '../../core/errors.ts';
import type { ValueFormat } from '../../core/tagged-value.ts';
import { isBatchReference } from '../../engine/project-batches.ts';
import type { ClientRow, RecordFilter } from '../../engine/project-records.ts';
import { isClientValue, notClientValue } from '../../http/fields/client-value.ts';

/**
 * Requires that no value of a row is an array or an object, except a batch reference or, in the tagged format, a tagged value. The
 * thread that writes the row refuses them too, but copying millions of them to the thread would block the event loop.
 * @throws RowhouseError `validation_failed`.
 */
export function requireRowValues(row: ClientRow, field: string, format: ValueFormat): void {
  for (const name of Object.keys(row)) requireValue(row[name], `${field}.${name}`, format);
}

/**
 * Requires the same of a filter's value. `in` takes an array of such values.
 * @param field the path of the value in the request.
 * @throws RowhouseError `validation_failed`.
 */
export function requireFilterValue(
  { operator, value }: RecordFilter,
  field: string,
  format: ValueFormat,
): void {
  if (operator !== 'in') return requireValue(value, field, format);
  if (!Array.isArray(value)) throw invalidField(field, 'must be an array');
  for (const [index, item] of value.entries()) requireValue(item, `${field}[${index}]`, format);
}

function requireValue(value: unknown, field: string, format: ValueFormat): void {
  if (!isClientValue(value, format) && !isBatchReference(value)) throw notClientValue(field, format);
}
