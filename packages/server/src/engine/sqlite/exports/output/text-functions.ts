import type { DatabaseSync } from 'node:sqlite';

import type { Encoding } from '../../../../schema/model.ts';
import { needsLiteral, realLiteral } from './real-literal.ts';

/** Names of the SQL functions that `addTextFunctions` adds, for what SQLite has no function for. */
export const SIGNED_ZERO = 'rowhouse_signed_zero';
export const NEEDS_LITERAL = 'rowhouse_needs_literal';
export const REAL_LITERAL = 'rowhouse_real_literal';
export const TEXT_LITERAL = 'rowhouse_text_literal';
export const GUARDED_TEXT = 'rowhouse_guarded_text';

/** `directOnly`: views and triggers stored in the file cannot call them. */
const OPTIONS = { deterministic: true, directOnly: true } as const;

/** @param encoding the text encoding of the database. */
export function addTextFunctions(database: DatabaseSync, encoding: Encoding): void {
  database.function(SIGNED_ZERO, OPTIONS, (value) => (Object.is(value, -0) ? '-0.0' : '0.0'));
  database.function(NEEDS_LITERAL, OPTIONS, (value) =>
    typeof value === 'number' && needsLiteral(value) ? 1 : 0,
  );
  database.function(REAL_LITERAL, OPTIONS, (value) =>
    typeof value === 'number' ? realLiteral(value) : null,
  );
  database.function(GUARDED_TEXT, OPTIONS, (value) =>
    typeof value === 'string' ? guardFormula(value) : null,
  );
  database.function(TEXT_LITERAL, OPTIONS, (value) => {
    return value instanceof Uint8Array ? textLiteral(Buffer.from(value), encoding) : null;
  });
}

/**
 * Puts a `'` before a text that a spreadsheet would run as a formula. Numbers are left unchanged.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
export function guardFormula(text: string): string {
  const isNumber = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text);
  return FORMULA_START.test(text) && !isNumber ? `'${text}` : text;
}

const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;

/**
 * A text as an SQL literal that every loader reads as the same bytes. Invalid text and text with a NUL, at which loaders stop, is
 * written as bytes. The sqlite3 shell reads CR LF as LF, so `replace` inserts each CR.
 */
export function textLiteral(bytes: Buffer, encoding: Encoding): string {
  const text = decode(bytes, encoding);
  if (text === null || text.includes('\0')) return castLiteral(bytes);
  const quoted = `'${text.replaceAll("'", "''")}'`;
  if (!text.includes('\r\n')) return quoted;
  if (text.includes(CARRIAGE_RETURN)) return castLiteral(bytes);
  return `replace(${quoted.replaceAll('\r', CARRIAGE_RETURN)},'${CARRIAGE_RETURN}',char(13))`;
}

const CARRIAGE_RETURN = String.raw`\r`;

function castLiteral(bytes: Buffer): string {
  return `CAST(X'${bytes.toString('hex')}' AS TEXT)`;
}

/** Null for bytes that are not valid in this encoding. */
function decode(bytes: Buffer, encoding: Encoding): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
