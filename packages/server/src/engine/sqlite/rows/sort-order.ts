import { invalidInput } from '../../../core/subject-error.ts';
import { foldName } from '../../../schema/identifier.ts';
import { isQuoted, type ListedColumn, splitColumnList } from './column-list.ts';
import { findColumn } from './find-column.ts';
import type { RecordColumn, RecordTable } from './record-table.ts';

/** A sort order as a client requests it. */
export interface RequestedOrder {
  /** For example `city,-age`; null for key order. */
  readonly sort: string | null;
  /** Reverses every term. */
  readonly descending: boolean;
}

export interface OrderTerm {
  readonly column: RecordColumn;
  readonly descending: boolean;
}

/**
 * The sort order for a client's `sort`, such as `city,-age`, followed by the key, so that the order of equal rows is defined, too.
 * Empty for a view without a sort: the view may define its own order.
 * @throws SubjectError `validation_failed`, about the sort.
 */
export function orderOf(table: RecordTable, { sort, descending }: RequestedOrder): readonly OrderTerm[] {
  const requested = sort === null ? [] : sortTerms(table, sort);
  const named = new Set(requested.map(({ column }) => column));
  const rest = (table.order ?? []).filter((column) => !named.has(column));
  const terms = [...requested, ...rest.map((column) => ({ column, descending: false }))];
  return terms.map((term) => ({ column: term.column, descending: term.descending !== descending }));
}

/** The ORDER BY clause, or an empty string without terms. */
export function orderByClause(order: readonly OrderTerm[]): string {
  if (order.length === 0) return '';
  const terms = order.map(({ column, descending }) => `${column.quoted}${descending ? ' DESC' : ''}`);
  return ` ORDER BY ${terms.join(', ')}`;
}

/** A name may contain a comma or begin with `-`, so an existing column `a,b` is not read as a list. */
function sortTerms(table: RecordTable, sort: string): readonly OrderTerm[] {
  const whole = isQuoted(sort) ? undefined : table.columnByName.get(foldName(sort));
  if (whole !== undefined) return [{ column: whole, descending: false }];
  const listed = splitColumnList(sort);
  if (listed.length > MAX_TERMS) throw invalidInput([], `must name at most ${MAX_TERMS} columns`);
  const terms = listed.map((term) => sortTerm(table, term));
  const twice = terms.find((term, index) => terms.findIndex(({ column }) => column === term.column) < index);
  if (twice !== undefined) throw invalidInput([], `must not name ${twice.column.name} twice`);
  return terms;
}

/** A cursor has a condition for each term. */
const MAX_TERMS = 100;

function sortTerm(table: RecordTable, { text, quotedName, negated }: ListedColumn): OrderTerm {
  if (quotedName !== null) return { column: findColumn(table, quotedName), descending: negated };
  const plain = table.columnByName.get(foldName(text));
  if (plain !== undefined) return { column: plain, descending: false };
  const descending = text.startsWith('-');
  const name = descending ? text.slice(1) : text;
  return { column: findColumn(table, name), descending };
}
