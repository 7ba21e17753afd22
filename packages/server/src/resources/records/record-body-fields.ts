import { invalidField } from '../../core/errors.ts';
import { isRealNumber } from '../../core/real-number.ts';
import { isTaggedValue, type ValueFormat } from '../../core/tagged-value.ts';
import type { ClientRow, ConflictRule, NewRecord, NewRecords } from '../../engine/project-records.ts';
import { fieldAt, type FieldOf, fieldsOf } from '../../http/subject-fields.ts';
import { requireRowValues } from './value-fields.ts';

const MAX_ROWS = 10_000;

export type CreateRequest = (
  | { readonly kind: 'one'; readonly record: NewRecord }
  | { readonly kind: 'many'; readonly records: NewRecords }
) & {
  /** Of a part of the record or the records. */
  readonly fieldOf: FieldOf;
};

export interface PatchRequest {
  readonly patch: ClientRow;
  /** Of a part of the patch. */
  readonly patchField: FieldOf;
}

/**
 * Parses a body with new rows: a row, `{"data":{…}}` or `{"rows":[…]}`. A row's values are never objects or arrays, except tagged values,
 * so a table may have columns called `data`, `rows` or `on_conflict`.
 * @throws RowhouseError `validation_failed`.
 */
export function createRequestOf(body: ClientRow, format: ValueFormat): CreateRequest {
  const request = sentRows(body, format);
  if (request.kind === 'one') requireRowValues(request.record.row, request.fieldOf(['row']), format);
  else {
    for (const [index, row] of request.records.rows.entries()) {
      requireRowValues(row, request.fieldOf(['rows', index]), format);
    }
  }
  return request;
}

function sentRows(body: ClientRow, format: ValueFormat): CreateRequest {
  if (Array.isArray(body['rows'])) {
    return { kind: 'many', records: newRecords(body, body['rows']), fieldOf: recordsField };
  }
  if (isPart(body['data'], format)) {
    return { kind: 'one', record: wrappedRecord(body, body['data']), fieldOf: wrappedField };
  }
  const { on_conflict: onConflict, ...row } = body;
  const record = isPart(onConflict, format)
    ? { row, onConflict: conflictRule(onConflict) }
    : { row: body, onConflict: null };
  return { kind: 'one', record, fieldOf: recordField };
}

const onConflictField: FieldOf = (path) => fieldAt('body.on_conflict', path);
const recordField = fieldsOf<keyof NewRecord>({
  row: (path) => fieldAt('body', path),
  onConflict: onConflictField,
});
const wrappedField = fieldsOf<keyof NewRecord>({
  row: (path) => fieldAt('body.data', path),
  onConflict: onConflictField,
});
const recordsField = fieldsOf<keyof NewRecords>({
  rows: (path) => fieldAt('body.rows', path),
  onConflict: onConflictField,
  returnRows: () => 'body.return',
});

/** Parses a patch, or `{"data":{…}}`. @throws RowhouseError `validation_failed`. */
export function patchOf(body: ClientRow, format: ValueFormat): PatchRequest {
  const { data, ...others } = body;
  if (!isPart(data, format)) return patchAt('body', body, format);
  refuseOthers(others, ['data']);
  return wrappedPatchOf(data, format);
}

/** Parses the `data` of a body. @throws RowhouseError `validation_failed`. */
export function wrappedPatchOf(data: ClientRow, format: ValueFormat): PatchRequest {
  return patchAt('body.data', data, format);
}

function patchAt(field: string, patch: ClientRow, format: ValueFormat): PatchRequest {
  if (Object.keys(patch).length === 0) throw invalidField(field, 'must name at least one column');
  requireRowValues(patch, field, format);
  return { patch, patchField: (path) => fieldAt(field, path) };
}

function newRecords(body: ClientRow, rows: readonly unknown[]): NewRecords {
  const { rows: _rows, on_conflict: onConflict, return: returned = 'rows', ...others } = body;
  refuseOthers(others, ['rows', 'on_conflict', 'return']);
  if (rows.length === 0) throw invalidField('body.rows', 'must not be empty');
  if (rows.length > MAX_ROWS) throw invalidField('body.rows', `must have at most ${MAX_ROWS} rows`);
  const invalid = rows.findIndex((row) => !isRow(row));
  if (invalid !== -1) throw invalidField(`body.rows[${invalid}]`, 'must be an object');
  if (returned !== 'rows' && returned !== 'none') {
    throw invalidField('body.return', 'must be one of rows, none');
  }
  return {
    rows: rows.filter(isRow),
    onConflict: conflictRule(onConflict),
    returnRows: returned === 'rows',
  };
}

function wrappedRecord(body: ClientRow, row: ClientRow): NewRecord {
  const { data: _data, on_conflict: onConflict, ...others } = body;
  refuseOthers(others, ['data', 'on_conflict']);
  return { row, onConflict: conflictRule(onConflict) };
}

function conflictRule(value: unknown): ConflictRule | null {
  const field = 'body.on_conflict';
  if (value === undefined || value === null) return null;
  if (!isRow(value)) throw invalidField(field, 'must be an object of columns and action');
  const { columns, action, ...others } = value;
  const [extra] = Object.keys(others);
  if (extra !== undefined) {
    throw invalidField(`${field}.${extra}`, 'is not known; allowed: columns, action');
  }
  if (!isListOfNames(columns)) {
    throw invalidField(`${field}.columns`, 'must be an array of 1 to 100 column names');
  }
  if (action !== 'update' && action !== 'ignore') {
    throw invalidField(`${field}.action`, 'must be one of update, ignore');
  }
  return { columns, action };
}

const MAX_CONFLICT_COLUMNS = 100;

function isListOfNames(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MAX_CONFLICT_COLUMNS &&
    value.every((name) => typeof name === 'string')
  );
}

function refuseOthers(others: ClientRow, allowed: readonly string[]): void {
  const [extra] = Object.keys(others);
  if (extra === undefined) return;
  throw invalidField(`body.${extra}`, `is not known; allowed: ${allowed.join(', ')}`);
}

/** Whether a value is an object of its own, and not the tagged value of a column with the same name. */
function isPart(value: unknown, format: ValueFormat): value is ClientRow {
  return isRow(value) && !(format === 'tagged' && isTaggedValue(value));
}

function isRow(value: unknown): value is ClientRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRealNumber(value);
}
