import { isDeepStrictEqual } from 'node:util';

import { allOf, type Condition } from '../../rows/condition.ts';
import type { RecordColumn } from '../../rows/record-table.ts';
import { mayBeDamaged } from '../../rows/shown-value.ts';
import { type BoundValue, parameterFor } from '../../values/bound-value.ts';
import type { SqliteValue } from '../../values/record-value.ts';

/** Columns of a row and their values, by which it is found again. */
export interface RowPlace {
  readonly columns: readonly RecordColumn[];
  readonly values: readonly BoundValue[];
}

/**
 * The result columns, as SQL, from which `placeIn` reads a place. A text has its bytes beside it, because a string loses invalid bytes.
 * @param row the row of a trigger, `OLD` or `NEW`.
 */
export function placeColumns(columns: readonly RecordColumn[], row: 'OLD' | 'NEW' | null = null): string {
  const expressions = columns.flatMap((column) => {
    const quoted = row === null ? column.quoted : `${row}.${column.quoted}`;
    return mayContainText(column)
      ? [quoted, `iif(typeof(${quoted}) = 'text', CAST(${quoted} AS BLOB), NULL)`]
      : [quoted];
  });
  return expressions.join(', ');
}

export function placeIn(columns: readonly RecordColumn[], row: readonly SqliteValue[]): RowPlace {
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
export function placeCondition({ columns, values }: RowPlace): Condition {
  return allOf(
    columns.map(({ quoted }, index) => {
      const value = values[index] ?? null;
      return { sql: `${quoted} = ${parameterFor(value)}`, values: [value] };
    }),
  );
}

/**
 * The place of a row after triggers have moved rows to other keys.
 * @param moves for each move, what `placeColumns` selects before it and then after it.
 */
export function movedPlace(
  { columns, values }: RowPlace,
  moves: readonly (readonly SqliteValue[])[],
): RowPlace {
  let place: RowPlace = { columns, values };
  for (const move of moves) {
    const before = placeIn(columns, move.slice(0, move.length / 2));
    if (isDeepStrictEqual(before.values, place.values)) place = placeIn(columns, move.slice(move.length / 2));
  }
  return place;
}
