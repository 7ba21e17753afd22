import { invalidField } from '../../core/errors.ts';
import type { Subject } from '../../core/subject-error.ts';
import type { FilterOperator, RecordFilter } from '../../engine/project-records.ts';
import { parseExactJson } from '../../http/json/exact-json.ts';
import { fieldAt, type FieldOf } from '../../http/subject-fields.ts';

const OPERATORS: readonly FilterOperator[] = [
  '=',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  'like',
  'in',
  'is_null',
  'not_null',
];

/** What a field that takes filters is, for the description of the API. */
export const FILTERS_IN_WORDS =
  'Values by column, or conditions of `column`, `op` and `value`. All must hold. `is_null` and `not_null` take no value, null or true.';

const MAX_CONDITIONS = 100;
const MAX_VALUES_IN = 1_000;
/** SQLite takes 32,766 parameters in a statement. https://www.sqlite.org/limits.html#max_variable_number */
const MAX_VALUES = 20_000;

/** How a client wrote filters: as values by column, or as conditions. */
export type FilterForm = 'values' | 'conditions';

export interface ClientFilters {
  readonly filters: readonly RecordFilter[];
  readonly form: FilterForm;
}

/** Filters that were not given. */
export const NO_FILTERS: ClientFilters = { filters: [], form: 'values' };

/** @param field where the request has the filters. */
export function filterFields(field: string, { filters, form }: ClientFilters): FieldOf {
  return (path) => fieldAt(field, form === 'values' ? belowColumn(filters, path) : path);
}

/** A column has its value: nothing of what is written is the name or the value alone. */
function belowColumn(filters: readonly RecordFilter[], [index, _part, ...below]: Subject): Subject {
  const filter = filters[Number(index)];
  return filter === undefined ? [] : [filter.column, ...below];
}

/**
 * Filters as the text of a query parameter: JSON.
 * @throws RowhouseError `validation_failed`.
 */
export function filtersOfText(text: string, field: string): ClientFilters {
  return filtersOf(parsed(text, field), field);
}

/**
 * Filters in either form: `{"status":"active"}`, or `[{"column":"status","op":"=","value":"active"}]`. All must hold.
 * @param field where the request has them.
 * @throws RowhouseError `validation_failed`.
 */
export function filtersOf(value: unknown, field: string): ClientFilters {
  if (!isObject(value) && !Array.isArray(value)) {
    throw invalidField(field, 'must be an object of columns and values, or an array of conditions');
  }
  const read: ClientFilters = Array.isArray(value)
    ? {
        filters: value.map((condition, index) => filterOf(condition, `${field}[${index}]`)),
        form: 'conditions',
      }
    : { filters: Object.entries(value).map(exactMatch), form: 'values' };
  assertWithinLimits(read, field);
  return read;
}

function parsed(text: string, field: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    throw invalidField(field, 'must be JSON: an object of columns and values, or an array of conditions');
  }
}

function exactMatch([column, value]: readonly [string, unknown]): RecordFilter {
  return { column, operator: '=', value };
}

function filterOf(condition: unknown, field: string): RecordFilter {
  if (!isObject(condition)) throw invalidField(field, 'must be an object of column, op and value');
  const { column, op, value, ...others } = condition;
  const [unknownKey] = Object.keys(others);
  if (unknownKey !== undefined) {
    throw invalidField(`${field}.${unknownKey}`, 'is not known; allowed: column, op, value');
  }
  if (typeof column !== 'string') throw invalidField(`${field}.column`, 'must be the name of a column');
  const operator = operatorOf(op, `${field}.op`);
  return { column, operator, value: valueOf(value, operator, `${field}.value`) };
}

/** A value that an operator does not take is refused: `not_null` with `false` would else mean the opposite of what it says. */
function valueOf(value: unknown, operator: FilterOperator, field: string): unknown {
  if (operator !== 'is_null' && operator !== 'not_null') {
    if (value === undefined) throw invalidField(field, `is required for ${operator}`);
    return value;
  }
  if (value === undefined || value === null || value === true) return null;
  throw invalidField(field, `must be left out, null or true for ${operator}`);
}

/** In any case; `=` when it is left out. */
function operatorOf(op: unknown, field: string): FilterOperator {
  if (op === undefined) return '=';
  const operator = OPERATORS.find((name) => typeof op === 'string' && name === op.toLowerCase());
  if (operator === undefined) throw invalidField(field, `must be one of ${OPERATORS.join(', ')}`);
  return operator;
}

function assertWithinLimits(read: ClientFilters, field: string): void {
  const { filters } = read;
  if (filters.length > MAX_CONDITIONS) {
    throw invalidField(field, `must be at most ${MAX_CONDITIONS} conditions`);
  }
  const sizes = filters.map(({ operator, value }) => {
    return operator === 'in' && Array.isArray(value) ? value.length : 0;
  });
  const tooLong = sizes.findIndex((size) => size > MAX_VALUES_IN);
  if (tooLong !== -1) {
    throw invalidField(`${field}[${tooLong}].value`, `must be at most ${MAX_VALUES_IN} values`);
  }
  if (sizes.reduce((sum, size) => sum + size, 0) > MAX_VALUES) {
    throw invalidField(field, `must hold at most ${MAX_VALUES} values in all`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
