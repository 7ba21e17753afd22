import { rowJsonObject } from '../../rows/row-json.ts';
import type { LineFormat } from './row-lines.ts';

/** Rows as the objects that records are, one a line: the elements of an array. */
export const jsonArrayLines: LineFormat = { line: rowJsonObject, separator: ',\n' };

/** The same as lines that stand for themselves. https://github.com/ndjson/ndjson-spec */
export const ndjsonLines: LineFormat = { line: rowJsonObject, separator: '\n' };
