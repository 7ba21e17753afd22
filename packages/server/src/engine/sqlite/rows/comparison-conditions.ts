import { invalidInput, within } from '../../../core/subject-error.ts';
import { type BoundValue, parameterFor, parametersFor } from '../values/bound-value.ts';
import type { Condition } from './condition.ts';
import { comparedOperands, equalOperands, storageClassOf } from './filter-operands.ts';
import type { RecordColumn } from './record-table.ts';

export function nullness({ quoted }: RecordColumn, isNull: boolean): Condition {
  return { sql: `${quoted} IS ${isNull ? '' : 'NOT '}NULL`, values: [] };
}

/** @throws SubjectError `validation_failed`, about the value. */
export function equality(column: RecordColumn, operator: '=' | '!=', value: unknown): Condition {
  if (value === null) return nullness(column, operator === '=');
  const values = equalOperands(value, column);
  const { quoted } = column;
  const parameters = parametersFor(values);
  if (values.length === 1) return { sql: `${quoted} ${operator} ${parameters}`, values };
  return { sql: `${quoted} ${operator === '=' ? 'IN' : 'NOT IN'} (${parameters})`, values };
}

/** The condition of `in`. @throws SubjectError `validation_failed`, about the value. */
export function isAmong(column: RecordColumn, value: unknown): Condition {
  if (!Array.isArray(value)) throw invalidInput([], 'must be an array');
  const values = value.flatMap((item: unknown, index) => {
    return item === null ? [] : within([index], () => equalOperands(item, column));
  });
  const list = `${column.quoted} IN (${parametersFor(values)})`;
  return { sql: value.includes(null) ? `${list} OR ${column.quoted} IS NULL` : list, values };
}

export type ComparisonOperator = '>' | '>=' | '<' | '<=';

/**
 * A comparison, which matches only values of the same storage class. SQLite alone sorts every text after every number, so `age < "no"`
 * would match every number. https://www.sqlite.org/datatype3.html#sort_order
 * @throws SubjectError `validation_failed`, about the value.
 */
export function comparison(column: RecordColumn, operator: ComparisonOperator, value: unknown): Condition {
  if (value === null) throw invalidInput([], `must not be null: no value is ${operator} null`);
  const alternatives = comparedOperands(value, column).map((operand) => {
    return { sql: withinClass(column, operator, operand), values: [operand] };
  });
  return {
    sql: alternatives.map(({ sql }) => sql).join(' OR '),
    values: alternatives.flatMap(({ values }) => values),
  };
}

function withinClass(column: RecordColumn, operator: ComparisonOperator, operand: BoundValue): string {
  const { quoted, facts } = column;
  const compared = `${quoted} ${operator} ${parameterFor(operand)}`;
  const storageClass = storageClassOf(operand, column.kind);
  if (facts.only !== null && storageClass !== ONLY[facts.only]) {
    throw invalidInput([], `must be a number, because ${column.name} contains only numbers`);
  }
  const bound = facts.only === null ? BOUNDS[storageClass][operator.startsWith('<') ? 'least' : 'end'] : null;
  return bound === null ? compared : `${compared} AND ${quoted} ${bound}`;
}

const ONLY = { integer: 'number', real: 'number', text: 'text' } as const;

/** The classes in the order in which SQLite sorts them, each with its least value and the least value after it. */
const BOUNDS = {
  number: { least: null, end: "< ''" },
  text: { least: ">= ''", end: "< x''" },
  blob: { least: ">= x''", end: null },
} as const;
