import { invalidField } from '../../core/errors.ts';
import type { FilterOperator, RecordFilter } from '../../engine/project-records.ts';
import { parseExactJson } from '../../http/json/exact-json.ts';
import { requirePlainFilter } from './plain-values.ts';

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

/** The description of a field with filters. */
export const FILTERS_IN_WORDS =
  'Values by column, or conditions with `column`, `op` and `value`. A row must match all. `is_null` and `not_null` take no value, null or true.';

const MAX_CONDITIONS = 100;
const MAX_VALUES_IN = 1_000;
/** SQLite allows 32,766 parameters in a statement. https://www.sqlite.org/limits.html#max_variable_number */
const MAX_VALUES = 20_000;

/** Parses filters from a query parameter, which is JSON. @throws RowhouseError `validation_failed`. */
export function filtersOfText(text: string, field: string): readonly RecordFilter[] {
  return filtersOf(parsed(text, field), field);
}

/**
 * Parses filters in either form: `{"status":"active"}`, or `[{"column":"status","op":"=","value":"active"}]`. A row must
 * match all.
 * @param field the path of the filters in the request.
 * @throws RowhouseError `validation_failed`.
 */
export function filtersOf(value: unknown, field: string): readonly RecordFilter[] {
  if (!isObject(value) && !Array.isArray(value)) {
    throw invalidField(field, 'must be an object of columns and values, or an array of conditions');
  }
  const filters = Array.isArray(value)
    ? value.map((condition, index) => filterOf(condition, `${field}[${index}]`))
    : Object.entries(value).map(([column, exact]) => exactMatch(column, exact, field));
  assertWithinLimits(filters, field);
  for (const filter of filters) requirePlainFilter(filter);
  return filters;
}

function parsed(text: string, field: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    throw invalidField(field, 'must be JSON: an object of columns and values, or an array of conditions');
  }
}

function exactMatch(column: string, value: unknown, field: string): RecordFilter {
  const path = `${field}.${column}`;
  return { column, operator: '=', value, columnField: path, valueField: path };
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
  const valueField = `${field}.value`;
  return {
    column,
    operator,
    value: valueOf(value, operator, valueField),
    columnField: `${field}.column`,
    valueField,
  };
}

/**
 * Refuses a value that the operator does not accept: otherwise `not_null` with `false` would mean the opposite of what it
 * states.
 */
function valueOf(value: unknown, operator: FilterOperator, field: string): unknown {
  if (operator !== 'is_null' && operator !== 'not_null') {
    if (value === undefined) throw invalidField(field, `is required for ${operator}`);
    return value;
  }
  if (value === undefined || value === null || value === true) return null;
  throw invalidField(field, `must be omitted, null or true for ${operator}`);
}

/** Parses an operator, in any case; `=` by default. */
function operatorOf(op: unknown, field: string): FilterOperator {
  if (op === undefined) return '=';
  const operator = OPERATORS.find((name) => typeof op === 'string' && name === op.toLowerCase());
  if (operator === undefined) throw invalidField(field, `must be one of ${OPERATORS.join(', ')}`);
  return operator;
}

function assertWithinLimits(filters: readonly RecordFilter[], field: string): void {
  if (filters.length > MAX_CONDITIONS) {
    throw invalidField(field, `must have at most ${MAX_CONDITIONS} conditions`);
  }
  const lists = filters.filter(({ operator, value }) => operator === 'in' && Array.isArray(value));
  const sizes = lists.map(({ value }) => (Array.isArray(value) ? value.length : 0));
  const tooLong = lists[sizes.findIndex((size) => size > MAX_VALUES_IN)];
  if (tooLong !== undefined) {
    throw invalidField(tooLong.valueField, `must have at most ${MAX_VALUES_IN} values`);
  }
  if (sizes.reduce((sum, size) => sum + size, 0) > MAX_VALUES) {
    throw invalidField(field, `must have at most ${MAX_VALUES} values in all`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
