import type { DatabaseSync } from 'node:sqlite';

import { byStorageClass, finiteOr } from './storage-class.ts';

/** What is known about an expression before it is evaluated. */
export interface ExpressionFacts {
  /** The only type besides NULL that a STRICT table allows, or null. */
  readonly only: 'integer' | 'real' | 'text' | null;
  /**
   * Whether SQLite computes it. The results of its JSON functions are marked as JSON and would be inserted as JSON instead of text.
   * https://www.sqlite.org/json1.html#value_arguments
   */
  readonly computed: boolean;
}

/**
 * An SQL expression that SQLite's JSON functions render as the value that `toRecordValue` returns. The connection needs `addBase64`.
 * @param value an SQL expression without side effects, because it is repeated.
 */
export function jsonExpression(value: string, { only, computed }: ExpressionFacts): string {
  const text = computed ? `${value} || ''` : value;
  if (only === 'text') return text;
  if (only !== null) return numberJson(value);
  return byStorageClass(value, { number: numberJson(value), text, blob: `${BASE64}(${value})` });
}

/** For most numbers one comparison is enough. */
function numberJson(value: string): string {
  return `iif(${value} BETWEEN -${MAX_SAFE} AND ${MAX_SAFE}, ${value}, CASE WHEN typeof(${value}) = 'integer'
    THEN CAST(${value} AS TEXT) ELSE ${finiteOr(value, 'Infinity')} END)`;
}

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

export const BASE64 = 'rowhouse_base64';

/** SQLite has no base64 function. `directOnly`: views and triggers stored in the file cannot call it. */
export function addBase64(database: DatabaseSync): void {
  database.function(BASE64, { deterministic: true, directOnly: true }, (value) => {
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : null;
  });
}
