import type { Static } from 'typebox';

import type { Credential } from '../../core/credential.ts';
import { invalidField } from '../../core/errors.ts';
import { isRealNumber } from '../../core/real-number.ts';
import type { ValueFormat } from '../../core/tagged-value.ts';
import type { BatchKey, BatchOperation, BatchReference } from '../../engine/project-batches.ts';
import type { ClientRow, TableReference } from '../../engine/project-records.ts';
import { requirePermissions } from '../../http/access/permissions.ts';
import { toBooleanLike } from '../../http/fields/boolean-like.ts';
import { toKeyword } from '../../http/fields/keyword.ts';
import { type FieldOf, fieldsOf } from '../../http/subject-fields.ts';
import { inOperation } from './batch-errors.ts';
import { type batchBody, BATCH_METHODS } from './batch-fields.ts';
import { requireEarlierReferences } from './batch-references.ts';
import { createRequestOf, patchOf, wrappedPatchOf } from './record-body-fields.ts';
import { tableReference, toFilters } from './record-fields.ts';

const MAX_ROWS = 10_000;

type SentOperation = Static<typeof batchBody>['operations'][number];

interface ReadOperation {
  readonly operation: BatchOperation;
  /** The field that the operation would have in a request of its own, such as `body.email`. */
  readonly fieldOf: FieldOf;
}

/** @throws RowhouseError `validation_failed`, `permission_denied`: the error names the operation. */
export function toBatch(
  body: Static<typeof batchBody>,
  credential: Credential,
  format: ValueFormat,
): { readonly operations: readonly BatchOperation[]; readonly fields: readonly FieldOf[] } {
  const read = body.operations.map((sent, position) => {
    return inOperation(position, () => {
      const { operation, fieldOf } = toOperation(sent, credential, format);
      requireEarlierReferences(operation, position, fieldOf);
      return { operation, fieldOf };
    });
  });
  const operations = read.map(({ operation }) => operation);
  const rows = operations.reduce((sum, operation) => sum + rowsOf(operation), 0);
  if (rows > MAX_ROWS)
    throw invalidField('body.operations', `must write at most ${MAX_ROWS} new rows in all`);
  return { operations, fields: read.map(({ fieldOf }) => fieldOf) };
}

function rowsOf(operation: BatchOperation): number {
  if (operation.kind === 'create') return 1;
  return operation.kind === 'createMany' ? operation.records.rows.length : 0;
}

function toOperation(
  { method, path, body = {} }: SentOperation,
  credential: Credential,
  format: ValueFormat,
): ReadOperation {
  const place = placeOf(path);
  const table = tableReference(credential, place.table, format);
  const content = objectOf(body);
  const { key } = place;
  switch (toKeyword(BATCH_METHODS, method)) {
    case 'GET':
      requirePermissions(credential, { scope: 'records:read', tables: 'checked' });
      requireNoBody(content);
      return { operation: { kind: 'get', table, key: key ?? keyMissing('GET') }, fieldOf: keyedField };
    case 'POST':
      if (key !== null) throw invalidField('path', 'must be /records/{table} for POST');
      return newRows(table, content);
    case 'PATCH':
      return key === null ? changeOfMany(table, content) : changeOfOne(table, key, content);
    case 'DELETE':
      if (key === null) return deletionOfMany(table, content);
      requireNoBody(content);
      return { operation: { kind: 'delete', table, key }, fieldOf: keyedField };
  }
}

/** The key of an operation is in its path, and a part of the key may be a reference. */
const keyField: FieldOf = ([part]) => (part === 'parts' ? 'path' : 'path.id');
const keyedField = fieldsOf({ key: keyField });

function newRows(table: TableReference, body: ClientRow): ReadOperation {
  const requested = createRequestOf(body, table.valueFormat);
  const { fieldOf } = requested;
  return requested.kind === 'one'
    ? {
        operation: { kind: 'create', table, record: requested.record },
        fieldOf: fieldsOf({ record: fieldOf }),
      }
    : {
        operation: { kind: 'createMany', table, records: requested.records },
        fieldOf: fieldsOf({ records: fieldOf }),
      };
}

function changeOfOne(table: TableReference, key: BatchKey, body: ClientRow): ReadOperation {
  const { patch, patchField } = patchOf(body, table.valueFormat);
  return {
    operation: { kind: 'update', table, key, patch },
    fieldOf: fieldsOf({ key: keyField, patch: patchField }),
  };
}

/** Checks the body itself: in a request of its own, the schema of the body would do it. */
function changeOfMany(table: TableReference, body: ClientRow): ReadOperation {
  const { data } = body;
  const { filters, filterField } = filtersIn(body, ['data', 'where', 'allow_all'], table.valueFormat);
  if (!isObject(data)) throw invalidField('body.data', 'must be an object of columns and values');
  const { patch, patchField } = wrappedPatchOf(data, table.valueFormat);
  return {
    operation: { kind: 'updateMany', table, filters, patch },
    fieldOf: fieldsOf({ filters: filterField, patch: patchField }),
  };
}

function deletionOfMany(table: TableReference, body: ClientRow): ReadOperation {
  const { filters, filterField } = filtersIn(body, ['where', 'allow_all'], table.valueFormat);
  return { operation: { kind: 'deleteMany', table, filters }, fieldOf: fieldsOf({ filters: filterField }) };
}

function filtersIn(
  body: ClientRow,
  allowed: readonly string[],
  format: ValueFormat,
): ReturnType<typeof toFilters> {
  const unknown = Object.keys(body).find((name) => !allowed.includes(name));
  if (unknown !== undefined) {
    throw invalidField(`body.${unknown}`, `is not known; allowed: ${allowed.join(', ')}`);
  }
  const allowAll = toBooleanLike(body['allow_all'], 'body.allow_all');
  return toFilters({ where: body['where'], ...(allowAll !== undefined && { allow_all: allowAll }) }, format);
}

function objectOf(body: unknown): ClientRow {
  if (!isObject(body)) throw invalidField('body', 'must be an object');
  return body;
}

function requireNoBody(body: ClientRow): void {
  const [name] = Object.keys(body);
  if (name !== undefined) throw invalidField(`body.${name}`, 'is not known; this operation takes no body');
}

function keyMissing(method: string): never {
  throw invalidField('path', `must be /records/{table}/{id} for ${method}`);
}

function placeOf(path: string): { readonly table: string; readonly key: BatchKey | null } {
  const [, table, id] = /^\/records\/([^/?#]+)(?:\/([^/?#]+))?$/.exec(path) ?? [];
  if (table === undefined) {
    throw invalidField('path', 'must be /records/{table} or /records/{table}/{id}, without a query');
  }
  const parts = id?.split(',').map((part) => referenceIn(part) ?? decoded(part));
  return {
    table: decoded(table),
    key: id === undefined || parts === undefined ? null : { whole: decoded(id), parts },
  };
}

/** `{0.row.id}`. A brace that belongs to a value is percent-encoded. */
function referenceIn(part: string): BatchReference | null {
  const $ref = /^\{([^{}]*)\}$/.exec(part)?.[1];
  return $ref === undefined ? null : { $ref };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidField('path', 'must not contain a "%" without two hex digits, or bytes that are not UTF-8');
  }
}

function isObject(value: unknown): value is ClientRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRealNumber(value);
}
