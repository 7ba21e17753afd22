import type { DatabaseSync } from 'node:sqlite';

/**
 * An SQL expression for a value as a client sees it, to be written by SQLite's JSON functions: the same value as
 * `toRecordValue` makes of it, written by SQLite itself. It needs `addBase64` on the connection.
 * @param value an SQL expression without side effects: it is written several times.
 */
export function jsonExpression(value: string): string {
  return `CASE typeof(${value})
    WHEN 'integer' THEN iif(${value} BETWEEN -${MAX_SAFE} AND ${MAX_SAFE}, ${value}, CAST(${value} AS TEXT))
    WHEN 'real' THEN iif(abs(${value}) < 9e999, ${value}, iif(${value} > 0, 'Infinity', '-Infinity'))
    WHEN 'blob' THEN ${BASE64}(${value})
    ELSE ${value} END`;
}

const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const BASE64 = 'rowhouse_base64';

/** SQLite has no base64 of its own. `directOnly`: nothing that is stored in a file can call it. */
export function addBase64(database: DatabaseSync): void {
  database.function(BASE64, { deterministic: true, directOnly: true }, (value) => {
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : null;
  });
}
