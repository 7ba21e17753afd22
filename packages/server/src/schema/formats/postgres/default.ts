import { type DefaultValue, readDefaultValue } from '../../ddl/default-value.ts';
import { quoteText } from './names.ts';
import type { PostgresType } from './types.ts';

/**
 * The expression after DEFAULT that gives the value that SQLite would store; null if the value may differ or does not fit the column.
 */
export function postgresDefault(sql: string, type: PostgresType): string | null {
  const value = readDefaultValue(sql);
  if (value.kind === 'null') return 'NULL';
  switch (type.family) {
    case 'text':
      return textDefault(value);
    case 'bytes':
      return value.kind === 'blob' ? `'\\x${value.hex}'` : null;
    case 'integer':
    case 'numeric':
    case 'real':
      return numberDefault(value, type);
  }
}

/** The time is UTC. https://www.sqlite.org/lang_createtable.html#the_default_clause */
const NOW: Readonly<Record<'TIMESTAMP' | 'DATE' | 'TIME', string>> = {
  TIMESTAMP: 'YYYY-MM-DD HH24:MI:SS',
  DATE: 'YYYY-MM-DD',
  TIME: 'HH24:MI:SS',
};

function textDefault(value: DefaultValue): string | null {
  if (value.kind === 'text') return quoteText(value.value);
  if (value.kind === 'integer') return quoteText(String(value.value));
  if (value.kind === 'now') return `to_char(CURRENT_TIMESTAMP AT TIME ZONE 'UTC', '${NOW[value.part]}')`;
  return null;
}

function numberDefault(value: DefaultValue, type: PostgresType): string | null {
  const number = numberOf(value);
  if (number === null) return null;
  if (type.family === 'real') return number;
  if (type.family === 'numeric') return fits(number, type.digits) ? number : null;
  if (!/^-?\d+$/.test(number)) return null;
  const integer = BigInt(number);
  return BigInt.asIntN(type.sql === 'smallint' ? 16 : 64, integer) === integer ? number : null;
}

/** As plain digits. A numeric column converts text that looks like a number. https://www.sqlite.org/datatype3.html#type_affinity */
function numberOf(value: DefaultValue): string | null {
  if (value.kind === 'integer') return String(value.value);
  if (value.kind === 'real') return plainDigits(value.value);
  if (value.kind !== 'text') return null;
  const [, sign, digits] = /^([+-]?)0*(\d{1,15}(?:\.\d{1,15})?)$/.exec(value.value) ?? [];
  return digits === undefined ? null : `${sign === '-' ? '-' : ''}${digits}`;
}

/** Null for a number that is written with an exponent. */
function plainDigits(value: number): string | null {
  const text = String(value);
  return text.includes('e') ? null : text;
}

function fits(number: string, digits: PostgresType['digits']): boolean {
  if (digits === null) return true;
  const [whole = '', fraction = ''] = number.replace('-', '').split('.');
  return (
    whole.replace(/^0+/, '').length <= digits.precision - digits.scale && fraction.length <= digits.scale
  );
}
