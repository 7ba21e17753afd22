import type {
  AffectedRows,
  CreatedRecord,
  CreatedRecords,
  NewRecord,
  NewRecords,
  RecordChange,
  RecordFilter,
  RecordKey,
  RecordPage,
  RecordPageRequest,
  RecordRow,
  RecordsChange,
  TableReference,
} from '../../project-records.ts';

/** What every operation on the rows of a table begins with. */
export interface RecordTarget {
  readonly path: string;
  readonly table: TableReference;
}

/** Reads of one row or one page. */
export type RecordReads = {
  readonly getRecord: {
    readonly input: RecordTarget & { readonly key: RecordKey };
    readonly output: RecordRow;
  };
  readonly listRecords: {
    readonly input: RecordTarget & { readonly page: RecordPageRequest };
    readonly output: RecordPage;
  };
};

/** Writes of one row, found by its key. */
export type RecordWrites = {
  readonly createRecord: {
    readonly input: RecordTarget & { readonly record: NewRecord };
    readonly output: CreatedRecord;
  };
  readonly updateRecord: {
    readonly input: RecordTarget & { readonly change: RecordChange };
    readonly output: RecordRow;
  };
  readonly deleteRecord: {
    readonly input: RecordTarget & { readonly key: RecordKey };
    readonly output: { readonly table: string };
  };
};

/** Writes of many rows. */
export type BulkRecordWrites = {
  readonly createRecords: {
    readonly input: RecordTarget & { readonly records: NewRecords };
    readonly output: CreatedRecords;
  };
  readonly updateRecords: {
    readonly input: RecordTarget & { readonly change: RecordsChange };
    readonly output: AffectedRows;
  };
  readonly deleteRecords: {
    readonly input: RecordTarget & { readonly filters: readonly RecordFilter[] };
    readonly output: AffectedRows;
  };
};

/** What a reader does: null for what may take for ever, such as a view. */
export type BoundedRecordReads = {
  readonly [Name in keyof RecordReads]: {
    readonly input: RecordReads[Name]['input'];
    readonly output: RecordReads[Name]['output'] | null;
  };
};

/** What a writer does: null for what may take for ever, and nothing was done. */
export type BoundedRecordWrites = {
  readonly [Name in keyof WriteOperations]: {
    readonly input: WriteOperations[Name]['input'];
    readonly output: WriteOperations[Name]['output'] | null;
  };
};

/** What a write process does. */
export type WriteOperations = RecordWrites & BulkRecordWrites;

/** What is done on the thread of short work: null says that it may be long, and that nothing was done. */
export type PointOperations = {
  readonly [Name in keyof (RecordReads & RecordWrites)]: {
    readonly input: (RecordReads & RecordWrites)[Name]['input'];
    readonly output: (RecordReads & RecordWrites)[Name]['output'] | null;
  };
};
