import { foldName } from '../identifier.ts';
import { readCreateTable } from './create-table.ts';
import { StatementReader } from './statement-reader.ts';
import type { Clause, TableText } from './table-text.ts';

/** One change to the text of a CREATE TABLE. The rest of the text is unchanged, including comments. */
export type TableEdit =
  | { readonly kind: 'set-type'; readonly column: string; readonly type: string }
  /** Null removes the default. */
  | { readonly kind: 'set-default'; readonly column: string; readonly literal: string | null }
  /** Removes the constraints that make this column alone unique, except a primary key. */
  | { readonly kind: 'drop-unique'; readonly column: string }
  /** Removes the foreign key of this column alone. */
  | { readonly kind: 'drop-foreign-key'; readonly column: string }
  | { readonly kind: 'drop-references'; readonly table: string };

/**
 * Edits a statement as stored in sqlite_schema. Names are matched in any case.
 * @throws DdlSyntaxError if the text is not a CREATE TABLE.
 */
export function editCreateTable(sql: string, edits: readonly TableEdit[]): string {
  return edits.reduce(edited, sql);
}

function edited(sql: string, edit: TableEdit): string {
  const text = readCreateTable(sql);
  switch (edit.kind) {
    case 'set-type':
      return replaced(sql, [typeReplacement(text, edit.column, edit.type)]);
    case 'set-default':
      return replaced(sql, defaultReplacements(text, edit.column, edit.literal));
    case 'drop-unique':
      return without(sql, edit, (clause) => clause.kind === 'unique' && isAlone(clause, edit.column));
    case 'drop-foreign-key':
      return without(sql, edit, (clause) => clause.kind === 'foreign_key' && isAlone(clause, edit.column));
    case 'drop-references':
      return without(sql, edit, (clause, { clauses, foreignKeys }) => {
        const position = clauses.filter(({ kind }) => kind === 'foreign_key').indexOf(clause);
        const referenced = foreignKeys[position]?.referencedTable;
        return referenced !== undefined && foldName(referenced) === foldName(edit.table);
      });
  }
}

/** Replaces the text from `start` to `end` with `text`. */
interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The replacements must not overlap. */
function replaced(sql: string, replacements: readonly Replacement[]): string {
  let result = '';
  let copied = 0;
  for (const { start, end, text } of replacements.toSorted((a, b) => a.start - b.start)) {
    result += sql.slice(copied, start) + text;
    copied = end;
  }
  return result + sql.slice(copied);
}

function positionOf(text: TableText, column: string): number {
  return text.columns.findIndex(({ name }) => foldName(name) === foldName(column));
}

/** With a space after the type: SQLite reads a comment directly after a type as a part of it. */
function typeReplacement(text: TableText, column: string, type: string): Replacement {
  const { typeStart, typeEnd } = spanOf(text, column);
  return { start: typeStart, end: typeEnd, text: typeStart === typeEnd ? ` ${type} ` : `${type} ` };
}

function defaultReplacements(
  text: TableText,
  column: string,
  literal: string | null,
): readonly Replacement[] {
  const position = positionOf(text, column);
  const present = text.clauses.filter((clause) => clause.kind === 'default' && clause.column === position);
  const removed = present.map(({ start, end }) => ({ start, end, text: ' ' }));
  if (literal === null) return removed;
  const { typeEnd } = spanOf(text, column);
  return [{ start: typeEnd, end: typeEnd, text: ` DEFAULT ${literal} ` }, ...removed];
}

function spanOf(text: TableText, column: string): { readonly typeStart: number; readonly typeEnd: number } {
  const found = text.columns[positionOf(text, column)];
  if (found === undefined) throw new Error(`the text of a table lacks its column ${column}`);
  return found;
}

function isAlone({ columns }: Clause, column: string): boolean {
  const [only, ...others] = columns;
  return others.length === 0 && typeof only === 'string' && foldName(only) === foldName(column);
}

/** Removes one constraint at a time, because each removal may also remove the commas around the next. */
function without(sql: string, edit: TableEdit, isGone: (clause: Clause, text: TableText) => boolean): string {
  const text = readCreateTable(sql);
  const clause = text.clauses.find((each) => isGone(each, text));
  if (clause === undefined) return sql;
  const removal = clause.column === null ? [constraintRemoval(sql, clause)] : columnRemovals(text, clause);
  return edited(replaced(sql, removal), edit);
}

/** A DEFERRABLE after a REFERENCES is removed with it; otherwise it would apply to the foreign key before. */
function columnRemovals({ clauses }: TableText, clause: Clause): readonly Replacement[] {
  const next = clauses[clauses.indexOf(clause) + 1];
  const deferral = clause.kind === 'foreign_key' && next?.kind === 'deferral' ? [next] : [];
  return [clause, ...deferral].map(({ start, end }) => ({ start, end, text: ' ' }));
}

/** Removes one of the commas around it, too. SQLite allows table constraints without commas, except before the first. */
function constraintRemoval(sql: string, { start, end }: Clause): Replacement {
  const reader = new StatementReader(sql);
  let comma: number | null = null;
  for (; reader.token.start < start; reader.advance()) comma = reader.at(',') ? reader.token.start : null;
  while (reader.token.start < end) reader.advance();
  if (reader.at(',')) return { start, end: reader.token.end, text: ' ' };
  return { start: reader.at(')') ? (comma ?? start) : start, end, text: ' ' };
}
