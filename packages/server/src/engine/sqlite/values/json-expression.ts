import type { DatabaseSync } from 'node:sqlite';

import { byStorageClass, finiteOr } from './storage-class.ts';

/** What is known of an expression before it is computed. */
export interface ExpressionFacts {
  /** Where a STRICT table holds it to one type (or NULL), that type; else null. */
  readonly only: 'integer' | 'real' | 'text' | null;
  /**
   * Whether SQLite computes it. What its JSON functions make is marked as JSON, and would be put in as such, not as the
   * text that it is. https://www.sqlite.org/json1.html#value_arguments
   */
  readonly computed: boolean;
}

/**
 * An SQL expression for a value as a client sees it, to be written by SQLite's JSON functions: the same value as
 * `toRecordValue` makes of it, written by SQLite itself. It needs `addBase64` on the connection.
 * @param value an SQL expression without side effects: it is written several times.
 */
export function jsonExpression(value: string, { only, computed }: ExpressionFacts): string {
  const text = computed ? `${value} || ''` : value;
  if (only === 'text') return text;
  if (only !== null) return numberJson(value);
  return byStorageClass(value, { number: numberJson(value), text, blob: `${BASE64}(${value})` });
}

/** Most numbers are told by one comparison; what is left is looked at closely. */
function numberJson(value: string): string {
  return `iif(${value} BETWEEN -${MAX_SAFE} AND ${MAX_SAFE}, ${value}, CASE WHEN typeof(${value}) = 'integer'
    THEN CAST(${value} AS TEXT) ELSE ${finiteOr(value, 'Infinity')} END)`;
}

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

export const BASE64 = 'rowhouse_base64';

/** SQLite has no base64 of its own. `directOnly`: nothing that is stored in a file can call it. */
export function addBase64(database: DatabaseSync): void {
  database.function(BASE64, { deterministic: true, directOnly: true }, (value) => {
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : null;
  });
}
