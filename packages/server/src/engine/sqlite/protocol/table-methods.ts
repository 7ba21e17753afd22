import type { IdempotentRequest, Replayable } from '../../../core/idempotency.ts';
import type {
  ColumnChange,
  ColumnEntry,
  IndexEntry,
  ListedTable,
  NewColumn,
  NewIndex,
  NewTable,
  TableChange,
  TableDetails,
  TableEntry,
} from '../../project-tables.ts';
import type { Routed } from './routed.ts';

/** The operations of a reader on tables. If ids are missing, the writer must first assign them. */
export type TableReads = {
  readonly listTables: {
    readonly input: { readonly path: string; readonly countRows: boolean };
    readonly output: Routed<readonly ListedTable[], 'writer'>;
  };
  readonly getTable: {
    readonly input: { readonly path: string; readonly table: string };
    readonly output: Routed<TableDetails, 'writer'>;
  };
};

/** The input that every change has. */
export interface ChangeTarget {
  readonly path: string;
  /** Null without an idempotency key. */
  readonly request: IdempotentRequest | null;
}

/** The operations of a writer on tables. */
export type TableWrites = {
  /** Assigns ids to tables and columns that another program created, and deletes the ids of those that no longer exist. */
  readonly syncMetadata: { readonly input: { readonly path: string }; readonly output: void };
  readonly createTable: {
    readonly input: ChangeTarget & { readonly table: NewTable };
    readonly output: Replayable<TableDetails>;
  };
  readonly changeTable: {
    readonly input: ChangeTarget & { readonly table: string; readonly change: TableChange };
    readonly output: Replayable<TableEntry>;
  };
  readonly dropTable: {
    readonly input: ChangeTarget & { readonly table: string; readonly cascade: boolean };
    readonly output: Replayable<string>;
  };
  readonly addColumn: {
    readonly input: ChangeTarget & { readonly table: string; readonly column: NewColumn };
    readonly output: Replayable<ColumnEntry>;
  };
  readonly changeColumns: {
    readonly input: ChangeTarget & {
      readonly table: string;
      readonly changes: readonly ColumnChange[];
    };
    readonly output: Replayable<readonly ColumnEntry[]>;
  };
  readonly dropColumn: {
    readonly input: ChangeTarget & { readonly table: string; readonly column: string };
    readonly output: Replayable<string>;
  };
  readonly createIndex: {
    readonly input: ChangeTarget & { readonly table: string; readonly index: NewIndex };
    readonly output: Replayable<IndexEntry>;
  };
  readonly dropIndex: {
    readonly input: ChangeTarget & { readonly table: string; readonly index: string };
    readonly output: Replayable<string>;
  };
};
