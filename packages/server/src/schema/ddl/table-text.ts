import type { Check, ConflictAction } from '../model.ts';
import type { ForeignKeyText } from './foreign-key-clause.ts';
import type { IndexedTermText } from './indexed-terms.ts';

/** What only the text of a CREATE TABLE tells, and the names to compare it by with what the PRAGMAs tell. */
export interface TableText {
  readonly columns: readonly ColumnText[];
  readonly primaryKey: PrimaryKeyText | null;
  readonly uniques: readonly KeyText[];
  readonly checks: readonly Check[];
  readonly foreignKeys: readonly ForeignKeyText[];
  /** Every constraint, as SQLite's grammar has them, in the order of the text. */
  readonly clauses: readonly Clause[];
}

/** Where a constraint stands, from its name (or its first word) to its last token. */
export interface Clause {
  readonly kind: ClauseKind;
  /** The position of the column in whose definition it stands; null for a constraint of the table. */
  readonly column: number | null;
  /** Of a key or a foreign key, its columns; an expression stands as null. */
  readonly columns: readonly (string | null)[];
  readonly start: number;
  readonly end: number;
}

/** A DEFERRABLE behind REFERENCES is a constraint of its own to SQLite's grammar. */
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
  /** Where the type stands; both are where the name ends where there is none. */
  readonly typeStart: number;
  readonly typeEnd: number;
  readonly notNullOnConflict: ConflictAction | null;
  readonly collation: string | null;
  /** The expression of a generated column. */
  readonly generated: string | null;
}

export interface KeyText {
  /** Of the constraint. A name counts for the one constraint behind it. */
  readonly name: string | null;
  readonly terms: readonly Pick<IndexedTermText, 'column' | 'collation' | 'order'>[];
  readonly onConflict: ConflictAction | null;
}

export interface PrimaryKeyText extends KeyText {
  readonly autoincrement: boolean;
}

/** What the readers of single constraints add to. */
export interface TableDraft {
  readonly columns: ColumnText[];
  primaryKey: PrimaryKeyText | null;
  readonly uniques: KeyText[];
  readonly checks: Check[];
  readonly foreignKeys: ForeignKeyText[];
  readonly clauses: Clause[];
}
