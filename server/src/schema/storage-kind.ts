/**
 * How a column takes values: by its declared type in a STRICT table, else by its affinity. `blob` is a column declared to
 * hold bytes; `any` one that takes every value as it comes.
 * https://www.sqlite.org/datatype3.html#determination_of_column_affinity, https://www.sqlite.org/stricttables.html
 */
export type StorageKind = 'integer' | 'real' | 'numeric' | 'text' | 'blob' | 'any';

export function storageKindOf(declaredType: string, strict: boolean): StorageKind {
  const type = declaredType.toUpperCase();
  if (type === '' || (strict && type === 'ANY')) return 'any';
  if (type.includes('INT')) return 'integer';
  if (/CHAR|CLOB|TEXT/.test(type)) return 'text';
  if (type.includes('BLOB')) return 'blob';
  return /REAL|FLOA|DOUB/.test(type) ? 'real' : 'numeric';
}
