import { RowhouseError } from '../core/errors.ts';
import type { IdempotentRequest, Replayable } from '../core/idempotency.ts';
import type { ProjectRef } from '../core/project-ref.ts';
import type {
  AffectedRows,
  CreatedRecord,
  CreatedRecords,
  DeletedRecord,
  NewRecord,
  NewRecords,
  RecordFilter,
  RecordKey,
  RecordRow,
  TableReference,
  ClientRow,
} from './project-records.ts';

/** The port, as far as several operations on rows at once are concerned. */
export interface ProjectBatches {
  /**
   * Runs the operations in their order and in one transaction: all of them or none. Rejects as the first that fails does,
   * with subjects that begin with `operations` and its position; with `idempotency_mismatch` for a key that was used for
   * another request.
   */
  run(
    project: ProjectRef,
    operations: readonly BatchOperation[],
    request: IdempotentRequest | null,
  ): Promise<Replayable<readonly BatchResult[]>>;
}

/** Stands for what an earlier operation of the batch gives: `{"$ref":"0.row.id"}`. */
export interface BatchReference {
  readonly $ref: string;
}

export function isBatchReference(value: unknown): value is BatchReference {
  return (
    typeof value === 'object' &&
    value !== null &&
    '$ref' in value &&
    typeof value.$ref === 'string' &&
    Object.keys(value).length === 1
  );
}

/** The key of a row, parts of which may be given by earlier operations. */
export interface BatchKey {
  /** As it stands in the path, decoded. */
  readonly whole: string;
  readonly parts: readonly (string | BatchReference)[];
}

/**
 * One operation of a batch, as a client sent it: where a row, a patch or a filter has a value, it may have a reference.
 */
export type BatchOperation = { readonly table: TableReference } & (
  | { readonly kind: 'get'; readonly key: BatchKey }
  | { readonly kind: 'create'; readonly record: NewRecord }
  | { readonly kind: 'createMany'; readonly records: NewRecords }
  | { readonly kind: 'update'; readonly key: BatchKey; readonly patch: ClientRow }
  | { readonly kind: 'delete'; readonly key: BatchKey }
  | {
      readonly kind: 'updateMany';
      readonly filters: readonly RecordFilter[];
      readonly patch: ClientRow;
    }
  | { readonly kind: 'deleteMany'; readonly filters: readonly RecordFilter[] }
);

/** What an operation gave, in the order of the operations. */
export type BatchResult =
  | { readonly kind: 'get'; readonly result: RecordRow }
  | { readonly kind: 'create'; readonly result: CreatedRecord }
  | { readonly kind: 'createMany'; readonly result: CreatedRecords; readonly upserted: boolean }
  | { readonly kind: 'update'; readonly result: RecordRow }
  | { readonly kind: 'delete'; readonly result: DeletedRecord; readonly key: RecordKey }
  | { readonly kind: 'updateMany' | 'deleteMany'; readonly result: AffectedRows };

/** The most text that a batch may answer with, in UTF-16 code units. */
const ANSWER_MAX_LENGTH = 67_108_864;

/**
 * @param length of what the operations so far give.
 * @throws RowhouseError `validation_failed` where that is too long to be answered.
 */
export function requireAnswerable(length: number): void {
  if (length <= ANSWER_MAX_LENGTH) return;
  const message = `the answer to the batch would exceed ${ANSWER_MAX_LENGTH} characters`;
  throw new RowhouseError('validation_failed', `From this operation on, ${message}.`);
}

export function answerLengthOf({ result }: BatchResult): number {
  if ('rowJson' in result) return result.rowJson.length;
  return 'rowsJson' in result ? (result.rowsJson?.length ?? 0) : 0;
}
