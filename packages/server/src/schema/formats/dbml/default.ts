import { readDefaultValue } from '../../ddl/default-value.ts';
import { dbmlExpression, dbmlText } from './words.ts';

/** The value of `default:`, or null if DBML cannot express it. Numbers that JavaScript would round are expressions. */
export function dbmlDefault(sql: string): string | null {
  const value = readDefaultValue(sql);
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'text':
      return dbmlText(value.value);
    case 'integer': {
      const number = Number(value.value);
      return Number.isSafeInteger(number) ? String(number) : dbmlExpression(sql);
    }
    case 'real': {
      const number = String(value.value);
      return /^-?\d+(?:\.\d+)?$/.test(number) ? number : dbmlExpression(sql);
    }
    case 'now':
    case 'blob':
    case 'expression':
      return dbmlExpression(sql);
  }
}
