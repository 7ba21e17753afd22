import { invalidInput } from '../../../core/subject-error.ts';
import { foldName } from '../../../schema/identifier.ts';
import { findColumn } from './find-column.ts';
import type { RecordColumn, RecordTable } from './record-table.ts';

/** How a client asks for an order. */
export interface RequestedOrder {
  /** `city,-age`; null for the order of the key. */
  readonly sort: string | null;
  /** Turns every term round. */
  readonly descending: boolean;
}

export interface OrderTerm {
  readonly column: RecordColumn;
  readonly descending: boolean;
}

/**
 * The order of rows for a `sort` as a client writes it, `city,-age`, ended by what no two rows share, so that rows that
 * are equal otherwise have one order too. Empty for a view without a sort: it has an order of its own, or none.
 * @throws SubjectError `validation_failed`, about the sort.
 */
export function orderOf(table: RecordTable, { sort, descending }: RequestedOrder): readonly OrderTerm[] {
  const requested = sort === null ? [] : sortTerms(table, sort);
  const named = new Set(requested.map(({ column }) => column));
  const rest = (table.order ?? []).filter((column) => !named.has(column));
  const terms = [...requested, ...rest.map((column) => ({ column, descending: false }))];
  return terms.map((term) => ({ column: term.column, descending: term.descending !== descending }));
}

/** For SQL, with its own words before it; nothing where there is no term. */
export function orderByClause(order: readonly OrderTerm[]): string {
  if (order.length === 0) return '';
  const terms = order.map(({ column, descending }) => `${column.quoted}${descending ? ' DESC' : ''}`);
  return ` ORDER BY ${terms.join(', ')}`;
}

/** A column may be called `a,b` or `-a`: what is one whole name is no list. */
function sortTerms(table: RecordTable, sort: string): readonly OrderTerm[] {
  const whole = table.columnByName.get(foldName(sort));
  if (whole !== undefined) return [{ column: whole, descending: false }];
  const texts = sort.split(',');
  if (texts.length > MAX_TERMS) throw invalidInput([], `must name at most ${MAX_TERMS} columns`);
  const terms = texts.map((term) => sortTerm(table, term));
  const twice = terms.find((term, index) => terms.findIndex(({ column }) => column === term.column) < index);
  if (twice !== undefined) throw invalidInput([], `must not name ${twice.column.name} twice`);
  return terms;
}

/** A cursor holds a condition on each. */
const MAX_TERMS = 100;

function sortTerm(table: RecordTable, term: string): OrderTerm {
  const plain = table.columnByName.get(foldName(term));
  if (plain !== undefined) return { column: plain, descending: false };
  const descending = term.startsWith('-');
  const name = descending ? term.slice(1) : term;
  return { column: findColumn(table, name), descending };
}
