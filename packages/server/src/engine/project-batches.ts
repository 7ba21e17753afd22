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

/** The port for batches of operations on rows. */
export interface ProjectBatches {
  /**
   * Runs the operations in order, in one transaction. Rejects with the error of the first that fails, whose subjects begin with
   * `operations` and its position, and with `idempotency_mismatch` if the key was used for another request.
   */
  run(
    project: ProjectRef,
    operations: readonly BatchOperation[],
    request: IdempotentRequest | null,
  ): Promise<Replayable<readonly BatchResult[]>>;
}

/** A reference to a value in the result of an earlier operation: `{"$ref":"0.row.id"}`. */
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

/** The key of a row. Its parts may be references. */
export interface BatchKey {
  /** From the path, decoded. */
  readonly whole: string;
  readonly parts: readonly (string | BatchReference)[];
}

/** One operation of a batch, as sent by the client. Every value in a row, patch or filter may be a reference. */
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

/** The result of an operation. */
export type BatchResult =
  | { readonly kind: 'get'; readonly result: RecordRow }
  | { readonly kind: 'create'; readonly result: CreatedRecord }
  | { readonly kind: 'createMany'; readonly result: CreatedRecords; readonly upserted: boolean }
  | { readonly kind: 'update'; readonly result: RecordRow }
  | { readonly kind: 'delete'; readonly result: DeletedRecord; readonly key: RecordKey }
  | { readonly kind: 'updateMany' | 'deleteMany'; readonly result: AffectedRows };

/** The maximum length of a batch's answer, in UTF-16 code units. */
const ANSWER_MAX_LENGTH = 67_108_864;

/**
 * @param length of the results so far.
 * @throws RowhouseError `validation_failed` if they are too long for an answer.
 */
export function requireAnswerable(length: number): void {
  if (length <= ANSWER_MAX_LENGTH) return;
  const message = `With this operation, the answer to the batch would exceed ${ANSWER_MAX_LENGTH} characters.`;
  throw new RowhouseError('validation_failed', message);
}

export function answerLengthOf({ result }: BatchResult): number {
  if ('rowJson' in result) return result.rowJson.length;
  return 'rowsJson' in result ? (result.rowsJson?.length ?? 0) : 0;
}
