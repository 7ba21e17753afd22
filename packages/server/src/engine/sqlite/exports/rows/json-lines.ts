import { rowJsonObject } from '../../rows/row-json.ts';
import type { LineFormat } from './row-lines.ts';

/** Rows as the elements of a JSON array, in the form of records, one per line. */
export const jsonArrayLines: LineFormat = { line: rowJsonObject, separator: ',\n' };

/** Rows as newline-delimited JSON. https://github.com/ndjson/ndjson-spec */
export const ndjsonLines: LineFormat = { line: rowJsonObject, separator: '\n' };
