import { invalidField } from '../../core/errors.ts';
import { type BatchOperation, type BatchReference, isBatchReference } from '../../engine/project-batches.ts';
import type { ClientRow, RecordFilter } from '../../engine/project-records.ts';

/**
 * A reference is to an operation before the one that has it.
 * @throws RowhouseError `validation_failed`.
 */
export function requireEarlierReferences(operation: BatchOperation, position: number): void {
  for (const { reference, field } of referencesIn(operation)) {
    const target = /^(0|[1-9]\d{0,2})(?:\.[^.]+)+$/.exec(reference.$ref)?.[1];
    if (target === undefined || Number(target) >= position) {
      throw invalidField(field, 'must reference a value returned by an earlier operation, such as 0.row.id');
    }
  }
}

interface PlacedReference {
  readonly reference: BatchReference;
  readonly field: string;
}

function referencesIn(operation: BatchOperation): readonly PlacedReference[] {
  const inKey = 'key' in operation ? operation.key.parts.map((part) => ({ value: part, field: 'path' })) : [];
  const inFilters = 'filters' in operation ? operation.filters.flatMap(valuesOf) : [];
  const inRows = rowsIn(operation).flatMap(({ row, field }) => {
    return Object.entries(row).map(([column, value]) => ({ value, field: `${field}.${column}` }));
  });
  return [...inKey, ...inFilters, ...inRows].flatMap(({ value, field }) => {
    return isBatchReference(value) ? [{ reference: value, field }] : [];
  });
}

function valuesOf({
  value,
  valueField,
}: RecordFilter): readonly { readonly value: unknown; readonly field: string }[] {
  if (!Array.isArray(value)) return [{ value, field: valueField }];
  return value.map((each: unknown, index) => ({ value: each, field: `${valueField}[${index}]` }));
}

function rowsIn(operation: BatchOperation): readonly { readonly row: ClientRow; readonly field: string }[] {
  switch (operation.kind) {
    case 'create':
      return [operation.record];
    case 'createMany': {
      const { rows, field } = operation.records;
      return rows.map((row, index) => ({ row, field: `${field}[${index}]` }));
    }
    case 'update':
    case 'updateMany':
      return [{ row: operation.patch, field: operation.field }];
    case 'get':
    case 'delete':
    case 'deleteMany':
      return [];
  }
}
