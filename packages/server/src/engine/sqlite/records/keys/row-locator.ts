import { isDeepStrictEqual } from 'node:util';

import { allOf, type Condition } from '../../rows/condition.ts';
import type { RecordColumn } from '../../rows/record-table.ts';
import { mayBeDamaged } from '../../rows/shown-value.ts';
import { type BoundValue, parameterFor } from '../../values/bound-value.ts';
import type { SqliteValue } from '../../values/record-value.ts';

/** Columns of a row and their values, by which it is found again. */
export interface RowLocator {
  readonly columns: readonly RecordColumn[];
  readonly values: readonly BoundValue[];
}

/**
 * The result columns, as SQL, from which `locatorIn` reads a locator. A text has its bytes beside it, because a string loses invalid bytes.
 * @param row the row of a trigger, `OLD` or `NEW`.
 */
export function locatorColumns(columns: readonly RecordColumn[], row: 'OLD' | 'NEW' | null = null): string {
  const expressions = columns.flatMap((column) => {
    const quoted = row === null ? column.quoted : `${row}.${column.quoted}`;
    return mayContainText(column)
      ? [quoted, `iif(typeof(${quoted}) = 'text', CAST(${quoted} AS BLOB), NULL)`]
      : [quoted];
  });
  return expressions.join(', ');
}

export function locatorIn(columns: readonly RecordColumn[], row: readonly SqliteValue[]): RowLocator {
  let index = 0;
  const values = columns.map((column) => {
    const value = row[index++] ?? null;
    const textBytes = mayContainText(column) ? row[index++] : null;
    return mayBeDamaged(value) && textBytes instanceof Uint8Array ? { textBytes } : value;
  });
  return { columns, values };
}

function mayContainText({ facts }: RecordColumn): boolean {
  return facts.only === null || facts.only === 'text';
}

/** The condition that a row has these values in these columns. */
export function locatorCondition({ columns, values }: RowLocator): Condition {
  return allOf(
    columns.map(({ quoted }, index) => {
      const value = values[index] ?? null;
      return { sql: `${quoted} = ${parameterFor(value)}`, values: [value] };
    }),
  );
}

/**
 * The locator of a row after triggers have moved rows to other keys.
 * @param moves for each move, what `locatorColumns` selects before it and then after it.
 */
export function movedLocator(
  { columns, values }: RowLocator,
  moves: readonly (readonly SqliteValue[])[],
): RowLocator {
  let locator: RowLocator = { columns, values };
  for (const move of moves) {
    const before = locatorIn(columns, move.slice(0, move.length / 2));
    if (isDeepStrictEqual(before.values, locator.values))
      locator = locatorIn(columns, move.slice(move.length / 2));
  }
  return locator;
}
