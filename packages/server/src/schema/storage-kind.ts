import { affinityOf } from './affinity.ts';

/**
 * How a column stores values: by its declared type in a STRICT table, otherwise by its affinity. `blob` is a column declared for bytes;
 * `any` stores every value unchanged.
 * https://www.sqlite.org/datatype3.html#determination_of_column_affinity, https://www.sqlite.org/stricttables.html
 */
export type StorageKind = 'integer' | 'real' | 'numeric' | 'text' | 'blob' | 'any';

export function storageKindOf(declaredType: string, strict: boolean): StorageKind {
  if (declaredType === '' || (strict && declaredType.toUpperCase() === 'ANY')) return 'any';
  return KINDS[affinityOf(declaredType, strict)];
}

const KINDS = { INTEGER: 'integer', REAL: 'real', NUMERIC: 'numeric', TEXT: 'text', BLOB: 'blob' } as const;
