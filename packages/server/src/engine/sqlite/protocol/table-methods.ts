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

/** What reader threads do for tables. They need the writer first where ids are missing, which only the writer can give. */
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

/** What a change begins with. */
export interface ChangeTarget {
  readonly path: string;
  /** Null where it has effect each time that it is sent. */
  readonly request: IdempotentRequest | null;
}

/** What a writer thread does for tables. */
export type TableWrites = {
  /** Gives ids to the tables and columns that another tool made, and forgets those that are gone. */
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
