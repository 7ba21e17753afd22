import type { CsvOptions } from '../../../project-exports.ts';
import type { RecordColumn } from '../../rows/record-table.ts';
import { BASE64 } from '../../values/json-expression.ts';
import { BINARY, byStorageClass, finiteOr } from '../../values/storage-class.ts';
import { guardFormula, GUARDED_TEXT, SIGNED_ZERO } from '../output/text-functions.ts';
import { concatenation } from './concatenation.ts';
import type { LineFormat } from './row-lines.ts';

/** https://www.rfc-editor.org/rfc/rfc4180#section-2 */
export const LINE_END = '\r\n';
const BYTE_ORDER_MARK = '\u{feff}';

/** The CSV options of database exports. */
export const PLAIN_CSV: CsvOptions = { delimiter: ',', bom: false, spreadsheetSafe: false };

/**
 * Rows as CSV. Only texts are quoted, so the number 7 differs from the text `7`, NULL from the empty text, and a BLOB from a text. A
 * BLOB is base64; an infinity is `Infinity` or `-Infinity`.
 */
export function csvLines({ delimiter, spreadsheetSafe }: CsvOptions): LineFormat {
  const value = (column: RecordColumn): string => {
    const { quoted } = column;
    const text = spreadsheetSafe ? guarded(quoted) : quoted;
    return byStorageClass(quoted, {
      number: numberText(column),
      text: `'"' || replace(${text}, '"', '""') || '"'`,
      blob: spreadsheetSafe ? guardedBlob(quoted) : blobText(quoted),
    });
  };
  return { line: (columns) => concatenation(columns.map(value), delimiter), separator: LINE_END };
}

/** A number as text that is read back as the same number. For most numbers it takes one comparison. */
function numberText(column: RecordColumn): string {
  const { quoted } = column;
  const finite = `iif(${quoted} ${BINARY} BETWEEN -1e300 AND 1e300, ${quoted}, ${finiteOr(quoted, 'Infinity')})`;
  if (!mayHoldNegativeZero(column)) return finite;
  return `iif(${quoted} ${BINARY} = 0 AND typeof(${quoted}) = 'real', ${SIGNED_ZERO}(${quoted}), ${finite})`;
}

/** A column with a numeric affinity stores −0.0 as the integer 0. https://www.sqlite.org/datatype3.html */
function mayHoldNegativeZero({ kind, facts }: RecordColumn): boolean {
  return kind === 'any' || kind === 'blob' || facts.computed;
}

/** An empty BLOB is `=`, padding without a digit, which decodes to no bytes: nothing at all would be NULL. */
function blobText(value: string): string {
  return `iif(length(${value}) = 0, '=', ${BASE64}(${value}))`;
}

/** Base64 may begin with `+`, and the empty BLOB is `=`. */
function guardedBlob(value: string): string {
  const text = blobText(value);
  return `iif(substr(${text}, 1, 1) IN ('=', '+'), '''' || ${text}, ${text})`;
}

/** JavaScript checks only texts that begin like a formula. */
function guarded(value: string): string {
  return `iif(substr(${value}, 1, 1) IN ('=', '+', '-', '@', char(9), char(10), char(13), '＝', '＋', '－', '＠'),
    ${GUARDED_TEXT}(${value}), ${value})`;
}

/** The header line with the column names, which are quoted only if necessary. */
export function csvHeader(
  columns: readonly RecordColumn[],
  { delimiter, bom, spreadsheetSafe }: CsvOptions,
): string {
  const names = columns.map(({ name }) =>
    headerField(spreadsheetSafe ? guardFormula(name) : name, delimiter),
  );
  return (bom ? BYTE_ORDER_MARK : '') + names.join(delimiter) + LINE_END;
}

function headerField(name: string, delimiter: string): string {
  const needsQuotes = name === '' || name.includes(delimiter) || /["\r\n]|^\s|\s$/.test(name);
  return needsQuotes ? `"${name.replaceAll('"', '""')}"` : name;
}
