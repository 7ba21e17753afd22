import type { RecordColumn } from '../../rows/record-table.ts';
import { BINARY, finiteOr } from '../../values/storage-class.ts';
import { SIGNED_ZERO } from '../output/text-functions.ts';

/**
 * An SQL expression for a number as text that is read back as the same number. For most numbers it takes one comparison.
 * @param infinity the text for an infinity.
 */
export function numberText(column: RecordColumn, infinity: string): string {
  const { quoted } = column;
  const finite = `iif(${quoted} ${BINARY} BETWEEN -1e300 AND 1e300, ${quoted}, ${finiteOr(quoted, infinity)})`;
  if (!mayHoldNegativeZero(column)) return finite;
  return `iif(${quoted} ${BINARY} = 0 AND typeof(${quoted}) = 'real', ${SIGNED_ZERO}(${quoted}), ${finite})`;
}

/** A column with a numeric affinity stores −0.0 as the integer 0. https://www.sqlite.org/datatype3.html */
function mayHoldNegativeZero({ kind, facts }: RecordColumn): boolean {
  return kind === 'any' || kind === 'blob' || facts.computed;
}

/**
 * An SQL expression that joins these expressions with `separator`; NULL becomes the empty text. Any number of expressions is possible,
 * although a function takes a limited number of arguments. https://www.sqlite.org/limits.html#max_function_arg
 */
export function concatenation(expressions: readonly string[], separator: string): string {
  const between = `'${separator.replaceAll("'", "''")}'`;
  const groups: string[] = [];
  for (let from = 0; from < expressions.length; from += GROUP) {
    const group = expressions.slice(from, from + GROUP);
    groups.push(`concat(${group.join(`, ${between}, `)})`);
  }
  return groups.join(` || ${between} || `);
}

const GROUP = 400;
