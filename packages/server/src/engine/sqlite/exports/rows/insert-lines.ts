import { isUtf8 } from 'node:buffer';

import { quoteIdentifier } from '../../../../schema/identifier.ts';
import type { RecordColumn } from '../../rows/record-table.ts';
import { byStorageClass } from '../../values/storage-class.ts';
import { NEEDS_LITERAL, REAL_LITERAL, TEXT_LITERAL } from '../output/text-functions.ts';
import { concatenation } from './concatenation.ts';
import type { LineFormat } from './row-lines.ts';

/**
 * Rows as the value lists of an INSERT, from which SQLite reads exactly the same values. SQLite quotes most texts itself; the ones
 * that it quotes incorrectly are detected in the output bytes and written again.
 */
export const insertLines: LineFormat = {
  line: lineWith((quoted) => `'''' || replace(${quoted}, '''', '''''') || ''''`),
  separator: ',\n',
  careful: { isNeeded: mayMislead, line: lineWith((quoted) => `${TEXT_LITERAL}(CAST(${quoted} AS BLOB))`) },
};

/** The beginning of an INSERT statement. Its lines follow, then `;` and a line end. */
export function insertInto(table: string, columns: readonly RecordColumn[]): string {
  return `INSERT INTO ${quoteIdentifier(table)}(${columns.map(({ quoted }) => quoted).join(',')}) VALUES\n`;
}

function lineWith(text: (quoted: string) => string): LineFormat['line'] {
  const value = (column: RecordColumn): string => {
    const { quoted } = column;
    return byStorageClass(quoted, {
      number: numberLiteral(column),
      text: text(quoted),
      blob: `quote(${quoted})`,
      null: "'NULL'",
    });
  };
  return (columns) => `'(' || ${concatenation(columns.map(value), ',')} || ')'`;
}

function numberLiteral({ quoted, facts }: RecordColumn): string {
  if (facts.only === 'integer') return quoted;
  return `iif(typeof(${quoted}) = 'real' AND ${NEEDS_LITERAL}(${quoted}), ${REAL_LITERAL}(${quoted}), ${quoted})`;
}

/** SQLite may have written U+FFFD for invalid UTF-16 text. */
function mayMislead(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.includes(0) || buffer.includes('\r\n') || buffer.includes('\u{fffd}') || !isUtf8(buffer);
}
