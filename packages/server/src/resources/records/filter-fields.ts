import { invalidField } from '../../core/errors.ts';
import { isRealNumber } from '../../core/real-number.ts';
import type { Subject } from '../../core/subject-error.ts';
import type { ValueFormat } from '../../core/tagged-value.ts';
import type { FilterOperator, RecordFilter } from '../../engine/project-records.ts';
import { parseExactJson } from '../../http/json/exact-json.ts';
import { fieldAt, type FieldOf } from '../../http/subject-fields.ts';
import { requireFilterValue } from './value-fields.ts';

/** What each operator takes as its value. A missing operator does not compile. */
const OPERATORS: Readonly<Record<FilterOperator, 'a value' | 'nothing'>> = {
  '=': 'a value',
  '!=': 'a value',
  '>': 'a value',
  '>=': 'a value',
  '<': 'a value',
  '<=': 'a value',
  like: 'a value',
  contains: 'a value',
  starts_with: 'a value',
  ends_with: 'a value',
  in: 'a value',
  is_null: 'nothing',
  not_null: 'nothing',
};

/** The description of a field with filters. */
export const FILTERS_IN_WORDS =
  'Values by column, or conditions with `column`, `op` and `value`, and `escape` for `like`. A row must match all. `is_null` and `not_null` take no value, null or true.';

const MAX_CONDITIONS = 100;
const MAX_VALUES_IN = 1_000;
/** SQLite allows 32,766 parameters in a statement. https://www.sqlite.org/limits.html#max_variable_number */
const MAX_VALUES = 20_000;

/** How a client wrote filters: as values by column, or as conditions. */
export type FilterForm = 'values' | 'conditions';

export interface ClientFilters {
  readonly filters: readonly RecordFilter[];
  readonly form: FilterForm;
}

/** Stands for filters that the request omits. */
export const NO_FILTERS: ClientFilters = { filters: [], form: 'values' };

/** @param field the path of the filters in the request. */
export function filterFields(field: string, { filters, form }: ClientFilters): FieldOf {
  return (path) => fieldAt(field, form === 'values' ? belowColumn(filters, path) : path);
}

/** In the form of values by column, a column and its value share one field. */
function belowColumn(filters: readonly RecordFilter[], [index, _part, ...below]: Subject): Subject {
  const filter = filters[Number(index)];
  return filter === undefined ? [] : [filter.column, ...below];
}

/** Parses filters from a query parameter, which is JSON. @throws RowhouseError `validation_failed`. */
export function filtersOfText(text: string, field: string, format: ValueFormat): ClientFilters {
  return filtersOf(parsed(text, field), field, format);
}

/**
 * Parses filters in either form: `{"status":"active"}`, or `[{"column":"status","op":"=","value":"active"}]`. A row must
 * match all.
 * @param field the path of the filters in the request.
 * @throws RowhouseError `validation_failed`.
 */
export function filtersOf(value: unknown, field: string, format: ValueFormat): ClientFilters {
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
  const fieldOf = filterFields(field, read);
  for (const [index, filter] of read.filters.entries()) {
    requireFilterValue(filter, fieldOf([index, 'value']), format);
  }
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
  const { column, op, value, escape, ...others } = condition;
  const [unknownKey] = Object.keys(others);
  if (unknownKey !== undefined) {
    throw invalidField(`${field}.${unknownKey}`, 'is not known; allowed: column, op, value, escape');
  }
  if (typeof column !== 'string') throw invalidField(`${field}.column`, 'must be the name of a column');
  const operator = operatorOf(op, `${field}.op`);
  const filter = { column, operator, value: valueOf(value, operator, `${field}.value`) };
  if (escape === undefined || escape === null) return filter;
  return { ...filter, escape: escapeOf(escape, operator, `${field}.escape`) };
}

/** Parses the character that `like` reads as SQLite's ESCAPE, which takes no NUL. */
function escapeOf(escape: unknown, operator: FilterOperator, field: string): string {
  if (operator !== 'like') throw invalidField(field, `must be omitted for ${operator}; only like takes it`);
  const isCharacter = typeof escape === 'string' && /^[^\0]$/su.test(escape) && escape.isWellFormed();
  if (!isCharacter) throw invalidField(field, 'must be a string of one character, and not NUL');
  return escape;
}

/**
 * Refuses a value that the operator does not accept: otherwise `not_null` with `false` would mean the opposite of what it
 * states.
 */
function valueOf(value: unknown, operator: FilterOperator, field: string): unknown {
  if (OPERATORS[operator] === 'a value') {
    if (value === undefined) throw invalidField(field, `is required for ${operator}`);
    return value;
  }
  if (value === undefined || value === null || value === true) return null;
  throw invalidField(field, `must be omitted, null or true for ${operator}`);
}

/** Parses an operator, in any case; `=` by default. */
function operatorOf(op: unknown, field: string): FilterOperator {
  if (op === undefined) return '=';
  const name = typeof op === 'string' ? op.toLowerCase() : null;
  if (name !== null && isOperator(name)) return name;
  throw invalidField(field, `must be one of ${Object.keys(OPERATORS).join(', ')}`);
}

function isOperator(name: string): name is FilterOperator {
  return Object.hasOwn(OPERATORS, name);
}

function assertWithinLimits(read: ClientFilters, field: string): void {
  const { filters } = read;
  if (filters.length > MAX_CONDITIONS) {
    throw invalidField(field, `must have at most ${MAX_CONDITIONS} conditions`);
  }
  const sizes = filters.map(({ operator, value }) => {
    return operator === 'in' && Array.isArray(value) ? value.length : 0;
  });
  const tooLong = sizes.findIndex((size) => size > MAX_VALUES_IN);
  if (tooLong !== -1) {
    throw invalidField(`${field}[${tooLong}].value`, `must have at most ${MAX_VALUES_IN} values`);
  }
  if (sizes.reduce((sum, size) => sum + size, 0) > MAX_VALUES) {
    throw invalidField(field, `must have at most ${MAX_VALUES} values in all`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRealNumber(value);
}
