import { isTaggedValue, type PlainValue, type TaggedValue } from '../../../core/tagged-value.ts';
import type { ImportReport, ImportWarning } from '../../engine.ts';
import type { BatchResult } from '../../project-batches.ts';
import type {
  AffectedRows,
  CreatedRecord,
  CreatedRecords,
  DeletedRecord,
  RecordKey,
  RecordRow,
} from '../../project-records.ts';
import type {
  ColumnEntry,
  ForeignKeyEntry,
  IndexEntry,
  TableDetails,
  TableEntry,
} from '../../project-tables.ts';
import {
  isCount,
  isFlag,
  isRowJson,
  isRowsJson,
  isText,
  listOf,
  nullable,
  objectOf,
  oneOf,
  type Shape,
} from './stored-shapes.ts';

const isRow = objectOf<RecordRow>({ table: isText, rowJson: isRowJson });

const isCreatedRow = objectOf<CreatedRecord>({
  table: isText,
  rowJson: isRowJson,
  outcome: oneOf('created', 'updated', 'ignored'),
});

const isCreatedRows = objectOf<CreatedRecords>({
  table: isText,
  created: isCount,
  updated: isCount,
  ignored: isCount,
  rowsJson: nullable(isRowsJson),
});

const isDeletedRow = objectOf<DeletedRecord>({ table: isText });

const isAffectedRows = objectOf<AffectedRows>({ table: isText, affected: isCount });

const isKey = objectOf<RecordKey>({ whole: isText, parts: listOf(isText) });

type ResultOf<Kind extends BatchResult['kind']> = Extract<BatchResult, { readonly kind: Kind }>;

const isMany = objectOf<ResultOf<'updateMany' | 'deleteMany'>>({
  kind: oneOf('updateMany', 'deleteMany'),
  result: isAffectedRows,
});

const BATCH: readonly Shape<BatchResult>[] = [
  objectOf<ResultOf<'get'>>({ kind: oneOf('get'), result: isRow }),
  objectOf<ResultOf<'create'>>({ kind: oneOf('create'), result: isCreatedRow }),
  objectOf<ResultOf<'createMany'>>({ kind: oneOf('createMany'), result: isCreatedRows, upserted: isFlag }),
  objectOf<ResultOf<'update'>>({ kind: oneOf('update'), result: isRow }),
  objectOf<ResultOf<'delete'>>({ kind: oneOf('delete'), result: isDeletedRow, key: isKey }),
  isMany,
];

const isBatchResult: Shape<BatchResult> = (value): value is BatchResult =>
  BATCH.some((isOne) => isOne(value));

const isTable = objectOf<TableEntry>({
  id: isCount,
  name: isText,
  displayName: nullable(isText),
  createdAt: isText,
  updatedAt: isText,
});

const isDefault: Shape<PlainValue | TaggedValue> = (value): value is PlainValue | TaggedValue =>
  value === null || typeof value === 'string' || typeof value === 'number' || isTaggedValue(value);

const isColumn = objectOf<ColumnEntry>({
  id: isCount,
  tableName: isText,
  name: isText,
  type: isText,
  nullable: isFlag,
  defaultValue: isDefault,
  defaultExpression: nullable(isText),
  primary: isFlag,
  unique: isFlag,
  createdAt: isText,
  updatedAt: isText,
});

const isIndex = objectOf<IndexEntry>({
  name: isText,
  unique: isFlag,
  origin: oneOf('c', 'u', 'pk'),
  partial: isFlag,
  columns: listOf(isText),
});

const isForeignKey = objectOf<ForeignKeyEntry>({
  columns: listOf(isText),
  referencesTable: isText,
  referencesColumns: nullable(listOf(isText)),
  onDelete: isText,
  onUpdate: isText,
});

const isWarning = objectOf<ImportWarning>({
  code: oneOf(
    'table_without_primary_key',
    'foreign_key_violations',
    'check_violations',
    'reserved_names',
    'schema_not_portable',
    'unchecked_objects',
    'unusable_objects',
    'write_ahead_log',
  ),
  message: isText,
});

/** The shape of the stored result of each kind of write. */
export const storedResults = {
  row: isRow,
  createdRow: isCreatedRow,
  createdRows: isCreatedRows,
  deletedRow: isDeletedRow,
  affectedRows: isAffectedRows,
  batch: listOf(isBatchResult),
  table: isTable,
  tableDetails: objectOf<TableDetails>({
    table: isTable,
    columns: listOf(isColumn),
    indexes: listOf(isIndex),
    foreignKeys: listOf(isForeignKey),
  }),
  column: isColumn,
  columns: listOf(isColumn),
  index: isIndex,
  name: isText,
  importReport: objectOf<ImportReport>({
    tables: isCount,
    rows: isCount,
    sizeBytes: isCount,
    replaced: isFlag,
    warnings: listOf(isWarning),
  }),
} as const;
