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
}

export interface ColumnText {
  readonly name: string;
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
}
