import type { SqliteValue } from './record-value.ts';

/** A text by its bytes, in the encoding of the database: the only way to bind one that is not valid Unicode. */
export interface TextBytes {
  readonly textBytes: Uint8Array;
}

/** A value of a parameter. */
export type BoundValue = SqliteValue | TextBytes;

export function isTextBytes(value: BoundValue): value is TextBytes {
  return typeof value === 'object' && value !== null && 'textBytes' in value;
}

/**
 * The SQL of a parameter with this value. The `+` removes the affinity that a CAST has; a parameter has none.
 * https://www.sqlite.org/datatype3.html#affinity_of_expressions
 */
export function parameterFor(value: BoundValue): string {
  return isTextBytes(value) ? '+CAST(? AS TEXT)' : '?';
}

/** The parameters for these values, separated by commas. */
export function parametersFor(values: readonly BoundValue[]): string {
  return values.map(parameterFor).join(', ');
}

/** What is bound to the parameter that `parameterFor` returns. */
export function parameterValue(value: BoundValue): SqliteValue {
  return isTextBytes(value) ? value.textBytes : value;
}
