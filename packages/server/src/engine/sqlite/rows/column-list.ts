import { invalidInput } from '../../../core/subject-error.ts';

/** A term of a list of columns: `-"Last, First"`. */
export interface ListedColumn {
  /** As written, with its quotes and `-`. */
  readonly text: string;
  /** Without quotes; null if it is not quoted. */
  readonly quotedName: string | null;
  /** Whether a `-` is before the quotes. */
  readonly negated: boolean;
}

/**
 * Splits a list such as `city,-"Last, First"` at its commas. A name in double quotes may contain commas, and quotes that are doubled.
 * @throws SubjectError `validation_failed` for a quote without an end, or with text after it.
 */
export function splitColumnList(list: string): readonly ListedColumn[] {
  const terms: ListedColumn[] = [];
  for (let start = 0; start <= list.length;) {
    const term = quotedTerm(list, start) ?? plainTerm(list, start);
    terms.push(term);
    start += term.text.length + 1;
  }
  return terms;
}

/** Whether a text begins with a name in double quotes, with or without a `-`. */
export function isQuoted(text: string): boolean {
  return text.startsWith('"') || text.startsWith('-"');
}

function plainTerm(list: string, start: number): ListedColumn {
  const comma = list.indexOf(',', start);
  const text = list.slice(start, comma === -1 ? list.length : comma);
  return { text, quotedName: null, negated: false };
}

function quotedTerm(list: string, start: number): ListedColumn | null {
  const negated = list[start] === '-';
  const opening = negated ? start + 1 : start;
  if (list[opening] !== '"') return null;
  const end = closingQuote(list, opening) + 1;
  if (end < list.length && list[end] !== ',') throw afterQuote();
  const quotedName = list.slice(opening + 1, end - 1).replaceAll('""', '"');
  return { text: list.slice(start, end), quotedName, negated };
}

function closingQuote(list: string, opening: number): number {
  for (let at = opening + 1; ; at += 2) {
    at = list.indexOf('"', at);
    if (at === -1) throw invalidInput([], 'must have a closing " for every name that begins with "');
    if (list[at + 1] !== '"') return at;
  }
}

function afterQuote(): Error {
  return invalidInput([], 'must have a comma after a name in double quotes; double each " inside the name');
}
