import { invalidField } from '../../core/errors.ts';
import type { Subject } from '../../core/subject-error.ts';
import { type BatchOperation, type BatchReference, isBatchReference } from '../../engine/project-batches.ts';
import type { ClientRow, RecordFilter } from '../../engine/project-records.ts';
import type { FieldOf } from '../../http/subject-fields.ts';

/**
 * Checks that every reference in an operation is to an earlier operation.
 * @param fieldOf maps the subjects of this operation.
 * @throws RowhouseError `validation_failed`.
 */
export function requireEarlierReferences(
  operation: BatchOperation,
  position: number,
  fieldOf: FieldOf,
): void {
  for (const { value, subject } of valuesIn(operation)) {
    if (isBatchReference(value) && !isEarlier(value, position)) {
      throw invalidField(
        fieldOf(subject),
        'must reference a value returned by an earlier operation, such as 0.row.id',
      );
    }
  }
}

function isEarlier({ $ref }: BatchReference, position: number): boolean {
  const target = /^(0|[1-9]\d{0,2})(?:\.[^.]+)+$/.exec($ref)?.[1];
  return target !== undefined && Number(target) < position;
}

interface PlacedValue {
  readonly value: unknown;
  readonly subject: Subject;
}

/** Returns all values that may be references. */
function valuesIn(operation: BatchOperation): readonly PlacedValue[] {
  return [
    ...('key' in operation ? listed(operation.key.parts, ['key', 'parts']) : []),
    ...('filters' in operation ? operation.filters.flatMap(filterValues) : []),
    ...rowsIn(operation).flatMap(({ row, subject }) => {
      return Object.entries(row).map(([column, value]) => ({ value, subject: [...subject, column] }));
    }),
  ];
}

function filterValues({ value }: RecordFilter, index: number): readonly PlacedValue[] {
  const subject = ['filters', index, 'value'];
  return Array.isArray(value) ? listed(value, subject) : [{ value, subject }];
}

function listed(values: readonly unknown[], subject: Subject): readonly PlacedValue[] {
  return values.map((value, index) => ({ value, subject: [...subject, index] }));
}

function rowsIn(
  operation: BatchOperation,
): readonly { readonly row: ClientRow; readonly subject: Subject }[] {
  switch (operation.kind) {
    case 'create':
      return [{ row: operation.record.row, subject: ['record', 'row'] }];
    case 'createMany':
      return operation.records.rows.map((row, index) => ({ row, subject: ['records', 'rows', index] }));
    case 'update':
    case 'updateMany':
      return [{ row: operation.patch, subject: ['patch'] }];
    case 'get':
    case 'delete':
    case 'deleteMany':
      return [];
  }
}
