import type { DatabaseSync } from 'node:sqlite';

import type { ValueFormat } from '../../../core/tagged-value.ts';
import type { StorageKind } from '../../../schema/storage-kind.ts';
import { BINARY, byStorageClass, finiteOr } from './storage-class.ts';
import { toTaggedValue } from './tagged-value.ts';

/** What is known about an expression before it is evaluated. */
export interface ExpressionFacts {
  /** The only type besides NULL that the expression can have, or null. */
  readonly only: 'integer' | 'real' | 'text' | null;
  /**
   * Whether SQLite computes it. The results of its JSON functions are marked as JSON and would be inserted as JSON instead of text.
   * https://www.sqlite.org/json1.html#value_arguments
   */
  readonly computed: boolean;
  /** How the column reads a client's string. */
  readonly kind: StorageKind;
  readonly format: ValueFormat;
}

/**
 * An SQL expression that SQLite's JSON functions render as the value that `toRecordValue` or `toTaggedValue` returns. The connection
 * needs `addValueFunctions`.
 * @param value an SQL expression without side effects, because it is repeated.
 */
export function jsonExpression(value: string, facts: ExpressionFacts): string {
  return facts.format === 'tagged' ? taggedJson(value, facts.kind) : plainJson(value, facts);
}

function plainJson(value: string, { only, computed }: ExpressionFacts): string {
  const text = computed ? `${value} || ''` : value;
  if (only === 'text') return text;
  if (only !== null) return numberJson(value);
  return byStorageClass(value, { number: numberJson(value), text, blob: `${BASE64}(${value})` });
}

/** For most numbers one comparison is enough. */
function numberJson(value: string): string {
  return `iif(${value} ${BINARY} BETWEEN -${MAX_SAFE} AND ${MAX_SAFE}, ${value}, CASE WHEN typeof(${value}) = 'integer'
    THEN CAST(${value} AS TEXT) ELSE ${finiteOr(value, 'Infinity')} END)`;
}

/** Most numbers need no tag and no call of JavaScript. */
function taggedJson(value: string, kind: StorageKind): string {
  const needsNoTag = `${value} ${BINARY} BETWEEN -${MAX_SAFE} AND ${MAX_SAFE}
    AND (typeof(${value}) = 'integer' OR ${value} ${BINARY} <> CAST(${value} AS INTEGER))`;
  return byStorageClass(value, {
    number: `iif(${needsNoTag}, ${value}, json(${TAGGED}(${value})))`,
    text: `json(${TAGGED}(${value}, CAST(${value} AS BLOB), '${kind}'))`,
    blob: `json(${TAGGED}(${value}))`,
  });
}

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

export const BASE64 = 'rowhouse_base64';
const TAGGED = 'rowhouse_tagged';

/** Adds the SQL functions of `jsonExpression`. `directOnly`: views and triggers stored in the file cannot call them. */
export function addValueFunctions(database: DatabaseSync): void {
  const options = { deterministic: true, directOnly: true };
  // SQLite has no base64 function.
  database.function(BASE64, options, (value) => {
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : null;
  });
  database.function(
    TAGGED,
    { ...options, useBigIntArguments: true, varargs: true },
    (value = null, textBytes = null, kind = 'any') => {
      const shown = { kind: kind as StorageKind };
      const isText = textBytes instanceof Uint8Array;
      return JSON.stringify(toTaggedValue(value, isText ? { ...shown, textBytes } : shown));
    },
  );
}
