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

/** The result columns, as SQL, from which `placeIn` reads a place: texts with their bytes, which a string may not keep. */
export function placeColumns(columns: readonly RecordColumn[]): string {
  const expressions = columns.flatMap((column) => {
    const { quoted } = column;
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
