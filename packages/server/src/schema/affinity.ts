import type { Affinity } from './model.ts';

/** The affinity of a column with this declared type. https://www.sqlite.org/datatype3.html#determination_of_column_affinity */
export function affinityOf(declaredType: string, strict: boolean): Affinity {
  const type = declaredType.toUpperCase();
  // In a STRICT table ANY keeps each value unchanged. https://www.sqlite.org/stricttables.html
  if (strict && type === 'ANY') return 'BLOB';
  if (type.includes('INT')) return 'INTEGER';
  if (type.includes('CHAR') || type.includes('CLOB') || type.includes('TEXT')) return 'TEXT';
  if (type.includes('BLOB') || type === '') return 'BLOB';
  if (type.includes('REAL') || type.includes('FLOA') || type.includes('DOUB')) return 'REAL';
  return 'NUMERIC';
}
