import { invalidField } from '../../core/errors.ts';
import { isRealNumber } from '../../core/real-number.ts';
import { isBatchReference } from '../../engine/project-batches.ts';
import type { ClientRow, RecordFilter } from '../../engine/project-records.ts';

/**
 * Requires that no value of a row is an array or an object, except a batch reference. The thread that writes the row refuses them too,
 * but copying millions of them to the thread would block the event loop.
 * @throws RowhouseError `validation_failed`.
 */
export function requirePlainValues(row: ClientRow, field: string): void {
  for (const name of Object.keys(row)) {
    if (isNested(row[name])) throw notPlain(`${field}.${name}`);
  }
}

/**
 * Requires the same of a filter's value. `in` takes an array of such values.
 * @param valueField the path of the value in the request.
 * @throws RowhouseError `validation_failed`.
 */
export function requirePlainFilter({ operator, value }: RecordFilter, valueField: string): void {
  if (!isNested(value)) return;
  if (operator !== 'in') throw notPlain(valueField);
  if (!Array.isArray(value)) throw invalidField(valueField, 'must be an array');
  const nested = value.findIndex(isNested);
  if (nested !== -1) throw notPlain(`${valueField}[${nested}]`);
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !isRealNumber(value) && !isBatchReference(value);
}

function notPlain(field: string): Error {
  return invalidField(field, 'must be a string, a number, true, false or null');
}
