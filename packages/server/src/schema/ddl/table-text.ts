import type { Check, ConflictAction } from '../model.ts';
import type { ForeignKeyText } from './foreign-key-clause.ts';
import type { IndexedTermText } from './indexed-terms.ts';

/** The properties that only the text of a CREATE TABLE has, with the names that match them to the results of the PRAGMAs. */
export interface TableText {
  readonly columns: readonly ColumnText[];
  readonly primaryKey: PrimaryKeyText | null;
  readonly uniques: readonly KeyText[];
  readonly checks: readonly Check[];
  readonly foreignKeys: readonly ForeignKeyText[];
  /** Every constraint of SQLite's grammar, in the order of the text. */
  readonly clauses: readonly Clause[];
}

/** The position of a constraint, from its name (or its first word) to its last token. */
export interface Clause {
  readonly kind: ClauseKind;
  /** The index of the column whose definition contains it; null for a table constraint. */
  readonly column: number | null;
  /** The columns of a key or a foreign key; null for an expression. */
  readonly columns: readonly (string | null)[];
  readonly start: number;
  readonly end: number;
}

/** In SQLite's grammar a DEFERRABLE after REFERENCES is a separate constraint. */
export type ClauseKind =
  | 'primary_key'
  | 'unique'
  | 'check'
  | 'foreign_key'
  | 'deferral'
  | 'not_null'
  | 'null'
  | 'default'
  | 'collate'
  | 'generated';

export interface ColumnText {
  readonly name: string;
  /** The start of the type. Without a type, start and end are the end of the name. */
  readonly typeStart: number;
  readonly typeEnd: number;
  readonly notNullOnConflict: ConflictAction | null;
  readonly collation: string | null;
  /** The expression of a generated column. */
  readonly generated: string | null;
}

export interface KeyText {
  /** The name of the constraint. A name applies only to the next constraint. */
  readonly name: string | null;
  readonly terms: readonly Pick<IndexedTermText, 'column' | 'collation' | 'order'>[];
  readonly onConflict: ConflictAction | null;
}

export interface PrimaryKeyText extends KeyText {
  readonly autoincrement: boolean;
}

/** The result, to which the parsers of constraints add. */
export interface TableDraft {
  readonly columns: ColumnText[];
  primaryKey: PrimaryKeyText | null;
  readonly uniques: KeyText[];
  readonly checks: Check[];
  readonly foreignKeys: ForeignKeyText[];
  readonly clauses: Clause[];
}
